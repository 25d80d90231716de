"""`./dev up --demo`: a padel club with a dozen conversations, written through the control API.

They happened in the last hours: the clock starts in the past and is moved from task to task, so
that nobody has to wait for delays and cooldowns. Then it runs with the machine's again.
"""

import contextlib
import io
import json
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import httpx

from emulators.clock import SimClock
from emulators.gateway.local import LocalStack

_STORY = Path(__file__).resolve().parent / "demo.json"
_BETWEEN_BEATS = timedelta(minutes=3)
_BETWEEN_PEOPLE = timedelta(minutes=14)
_BEAT_LIMIT_SECONDS = 60.0  # real time: a real model takes a while
_LOOK_SECONDS = 0.01
#: Delays, cooldowns and the model take time as well.
_SLACK = timedelta(minutes=5)


def lasts() -> timedelta:
    """How long the story takes on its clock, and so how long ago it has to begin."""
    told = _story()["conversations"]
    beats = sum(len(conversation["beats"]) for conversation in told)
    return _BETWEEN_PEOPLE * (len(told) - 1) + _BETWEEN_BEATS * beats + _SLACK


def play(stack: LocalStack, ended: threading.Event) -> None:
    """Let it all happen, unless somebody wrote before, and bring the clock to the present."""
    store = stack.store_client("local")
    story = _story()
    if list(store.collection("conversations").limit(1).stream()):
        print("There are conversations already: the demo is not played again.", flush=True)
    else:
        print("Filling the demo: Club Pádel Moca and its customers …", flush=True)
        business = {name: story[name] for name in ("business_name", "business_facts")}
        store.document("settings/default").set(business, merge=True)
        with contextlib.redirect_stdout(_Troubles(sys.stdout)):
            _Play(stack, ended).all(story["conversations"])
    stack.clock.set(max(stack.clock.now(), SimClock().now()))


def _story() -> dict[str, Any]:
    story: dict[str, Any] = json.loads(_STORY.read_text(encoding="utf-8"))
    return story


class _Troubles(io.TextIOBase):
    """Of the functions' log, only what went wrong: hundreds of lines say that all went well."""

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen

    def write(self, text: str) -> int:
        if text != "\n" and '"severity": "INFO"' not in text:  # a line and its end come apart
            self._screen.write(text + "\n")
        return len(text)

    def flush(self) -> None:
        self._screen.flush()


class _Play:
    def __init__(self, stack: LocalStack, ended: threading.Event) -> None:
        self._stack, self._ended = stack, ended
        self._http = httpx.Client(trust_env=False, timeout=_BEAT_LIMIT_SECONDS)

    def all(self, conversations: list[dict[str, Any]]) -> None:
        for number, told in enumerate(conversations):
            self._stack.clock.advance(_BETWEEN_PEOPLE.total_seconds() if number else 0)
            person = {"name": told["person"], "profile": {"name": told["name"]}}
            self._instagram("people", person)
            for beat in told["beats"]:
                if not self._ended.is_set():
                    self._beat(told["person"], beat)
                    self._stack.clock.advance(_BETWEEN_BEATS.total_seconds())

    def _beat(self, person: str, beat: dict[str, Any]) -> None:
        if "bot" in beat and not self._stack.real_model:
            self._post(f"{self._stack.gemini_url}/_sim/script", {"replies": [_reply(beat)]})
        for text in beat.get("writes", ()):
            self._instagram("dm", {"from": person, "text": text})
        if "owner" in beat:
            self._instagram("owner", {"to": person, "text": beat["owner"]})
        if "reacts" in beat:
            reaction = {"from": person, "kind": "reaction", "emoji": beat["reacts"]}
            self._instagram("dm", reaction)
        self._settle()

    def _settle(self) -> None:
        """Until nothing is under way; the clock is moved to whatever is due next."""
        deadline = time.monotonic() + _BEAT_LIMIT_SECONDS
        while not self._ended.is_set() and time.monotonic() < deadline:
            tasks = self._stack.tasks.list_tasks()
            if self._delivered() and not tasks:
                return
            due_at = self._stack.tasks.next_at()
            under_way = any(task["running"] for task in tasks) or not self._delivered()
            if not under_way and due_at is not None and due_at > self._stack.clock.now():
                self._stack.clock.set(due_at)
            else:
                time.sleep(_LOOK_SECONDS)

    def _delivered(self) -> bool:
        outbox = self._stack.instagram.webhooks
        return not outbox.waiting() and all(made.statuses for made in outbox.delivered())

    def _instagram(self, verb: str, said: dict[str, Any]) -> None:
        self._post(f"{self._stack.instagram_url}/_sim/{verb}", said)

    def _post(self, url: str, said: dict[str, Any]) -> None:
        self._http.post(url, json=said).raise_for_status()


def _reply(beat: dict[str, Any]) -> dict[str, Any]:
    calls = [
        {"name": "send_instagram_message", "args": {"text": text}} for text in beat.get("bot", ())
    ]
    if "hands_over" in beat:
        calls.append({"name": "hand_to_human", "args": beat["hands_over"]})
    silence = {"name": "do_not_reply", "args": {"reason": "They only said thanks."}}
    return {"calls": calls or [silence]}
