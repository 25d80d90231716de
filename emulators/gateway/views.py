"""What the phone page shows: the chat as Instagram has it, and the system as it is stored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_v1 import Client, Query

from emulators.clock import SimClock
from emulators.cloud_tasks.engine import TasksEngine
from emulators.gateway.counting import by_function
from emulators.gateway.credentials import ACCOUNT_ID
from emulators.gateway.store import Store
from emulators.instagram import views
from emulators.instagram.people import igsid_of
from emulators.instagram.simulator import InstagramSim
from services.domain.plain import plain

SHOWN = 40
"""So many of a thread's newest stored messages are shown."""

_CONVERSATION = (
    "status", "owner", "owner_until", "owner_reason", "owner_epoch", "boundary_at", "claim",
    "sending", "outbox", "cooldown_until", "due_at", "inbound_seq", "failed_turns",
)  # fmt: skip
_DEFAULTS = {"status": "open", "owner": "bot"}
_MESSAGE = (
    "direction", "role", "kind", "status", "text", "attempts", "error", "mid", "created_at",
    "next_attempt_at", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What of the local run the page looks at, and writes into as a person would."""

    clock: SimClock
    instagram: InstagramSim
    instagram_url: str
    firestore: Store
    tasks: TasksEngine
    store_client: Callable[[str], Client]


def people(stack: Watched) -> list[dict[str, Any]]:
    """Everybody who was ever named, the last to have written first."""
    core = stack.instagram.core
    with core.lock:
        shown = [
            views.person(person) | {"last": _last_line(core.state.threads.get(person.igsid, []))}
            for person in core.state.people
        ]
    return sorted(shown, key=lambda person: (person["last"] or {}).get("at", ""), reverse=True)


def chat(stack: Watched, who: str) -> dict[str, Any]:
    """One conversation as it stands in the Instagram app."""
    core = stack.instagram.core
    with core.lock:
        return views.conversation(core.state, igsid_of(who))


def system(stack: Watched, store: Client, who: str) -> dict[str, Any]:
    """One thread as Moca has stored it, its waiting tasks, and what everything cost."""
    thread_id = f"{ACCOUNT_ID}_{igsid_of(who)}"
    conversation = store.document(f"conversations/{thread_id}")
    newest = conversation.collection("messages").order_by("created_at", direction=Query.DESCENDING)
    fields = conversation.get().to_dict() or {}
    return {
        "thread_id": thread_id,
        "conversation": plain(_DEFAULTS | _picked(fields, _CONVERSATION)) if fields else {},
        "messages": [
            {"id": found.id} | plain(_picked(found.to_dict() or {}, _MESSAGE))
            for found in newest.limit(SHOWN).stream()
        ],
        "tasks": [task for task in stack.tasks.list_tasks() if _thread_of(task) == thread_id],
        "counts": by_function(stack.firestore.counts.snapshot(), stack.tasks.counts.snapshot()),
    }


def _last_line(messages: list[Any]) -> dict[str, Any] | None:
    if not messages:
        return None
    last = messages[-1]
    attached = [item["type"] for item in last.content.get("attachments", [])]
    return {
        "text": last.text or last.content.get("title"),
        "kind": "unsent" if last.deleted else attached[0] if attached else last.kind,
        "from": last.author,
        "at": last.at.isoformat(),
    }


def _picked(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: fields[name] for name in names if fields.get(name) not in (None, 0, [], {})}


def _thread_of(task: Mapping[str, Any]) -> str:
    try:
        body = json.loads(task["body"])
    except ValueError:
        return ""
    return str(body.get("thread_id", "")) if isinstance(body, dict) else ""
