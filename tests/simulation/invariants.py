"""What must hold at every commit, at every message that Instagram takes, and in the end."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.domain.ids import document_id
from tests.simulation.accepted import Accepted
from tests.simulation.pacing import Pacing, late
from tests.simulation.store import Changed, Commit, Fields, Mirror

#: Clocks of instances are off by less than half of this.
SLACK = timedelta(seconds=2)
WINDOW = timedelta(hours=24)
#: What people ask and the model's bubbles name.
QUESTION = re.compile(r"\bq\d+\b")

_INBOUND = {
    None: {"pending"},
    "pending": {"pending", "processing", "processed", "failed"},
    "processing": {"processing", "pending", "processed", "failed"},
    "processed": {"processed"},
    "failed": {"failed"},
}
_OUTGOING = {
    None: {"queued", "sent", "undecided"},
    "queued": {"queued", "sending", "cancelled", "failed"},
    "sending": {"sending", "sent", "queued", "failed", "unconfirmed"},
    "unconfirmed": {"unconfirmed", "sent", "failed", "queued"},
    "sent": {"sent", "read"},
    "read": {"read"},
    "undecided": {"undecided", "sent"},
    "cancelled": {"cancelled"},
    "failed": {"failed", "sent"},
}
_ARRIVED = {"sent", "read"}
#: Where a run may end: nothing of these waits for anything.
_ENDED = {"processed", "failed", "sent", "read", "cancelled"}


class Violation(Exception):
    """A promise was broken; the message says which and by what."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that Instagram took through the API."""

    thread: str
    text: str
    at: datetime


@dataclass(slots=True)
class Invariants:
    """Looks on from outside: the store's commits, Instagram's messages, the webhook's answers."""

    mirror: Mirror
    accepted: Accepted
    cooldown: Callable[[], float]  #: seconds, the shortest that an instance may believe in
    typed: Callable[[str], list[tuple[str, datetime]]]  #: by the owner in a thread: (mid, when)
    pacing: Pacing
    count: Callable[[str, str], None]  #: tells the report what was met
    answered: dict[tuple[str, str], str] = field(default_factory=dict)
    turn_sent_at: dict[str, datetime] = field(default_factory=dict)
    #: Items of a thread that Instagram took, in that order.
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: What joined the line of a thread: when the store says so, its place in its reply, the item.
    queued: dict[str, list[tuple[datetime, datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def look(self) -> Iterator[Commit]:
        """Check the commits since the last look, one by one."""
        for commit in self.mirror.commits():
            for change in commit.of("conversations", None, "messages", None):
                self._message(commit, change)
            for change in commit.of("conversations", None, "turns", None):
                self._turn(change)
            for change in commit.of("conversations", None):
                self._conversation(commit, change)
            yield commit

    def sent(self, taken: Taken) -> None:
        """Instagram has just taken a message of ours."""
        held = self.mirror.conversation(taken.thread).get("sending")
        item_id = held["id"] if held else ""
        item = self.mirror.messages(taken.thread).get(item_id, {})
        _require(
            item.get("text") == taken.text and item.get("status") == "sending",
            f"{taken.text!r} was sent by somebody who did not hold it any more",
        )
        slot = item["slot_at"]
        _require(not late(slot, taken.at), f"{taken.text!r} left {taken.at - slot} after its slot")
        before = self.taken[taken.thread]
        _require(item_id not in before, f"{taken.text!r} was sent twice")
        before.append(item_id)

    def settled(self) -> None:
        """Nothing is under way any more, and nobody has to come and look."""
        for lost in self.accepted.missing(self.mirror):
            raise Violation(lost)
        for path, fields in self.mirror.documents.items():
            if len(path) == 4 and path[2] == "messages" and fields["direction"] != "internal":
                _require(
                    fields["status"] in _ENDED,
                    f"{_name(fields)} is still {fields['status']} in the end",
                )
            elif len(path) == 2 and path[0] == "conversations":
                self._at_rest(path[1], fields)

    def _at_rest(self, thread: str, fields: Fields) -> None:
        for name in ("claim", "sending", "due_at", "deliver_due_at", "outbox", "undecided"):
            _require(not fields.get(name), f"{name} of {thread} is still {fields.get(name)}")
        messages = self.mirror.messages(thread)
        order = [item for *_, item in sorted(self.queued[thread]) if item in self.taken[thread]]
        said = [messages[item]["text"] for item in self.taken[thread]]
        _require(order == self.taken[thread], f"out of order: {said}")
        for mid, _ in self.typed(thread):
            if (thread, mid) in self.accepted.messages:
                stored = messages[document_id(mid)]
                _require(stored["role"] == "human", f"the owner's {_name(stored)} is not known")

    def _message(self, commit: Commit, change: Changed) -> None:
        if change.new is None:
            _require((change.old or {}).get("status") == "undecided", f"{change.path} vanished")
            return
        old, new = (change.old or {}).get("status"), change.new["status"]
        if change.new["direction"] == "inbound":
            _require(new in _INBOUND[old], f"{_name(change.new)} went from {old} to {new}")
            if new == "processed" and change.new.get("reason") == "answered":
                self._really_answered(commit, change)
        elif change.new["direction"] == "outgoing":
            _require(new in _OUTGOING[old], f"{_name(change.new)} went from {old} to {new}")
            if old is None and new == "queued":
                place = (commit.at, change.new["created_at"], change.path[3])
                self.queued[change.path[1]].append(place)
            if new == "sending" and old != "sending":
                self._may_be_sent(commit, change)
            if new in _ARRIVED and old not in _ARRIVED and change.new.get("last_of_turn"):
                before = self.turn_sent_at.get(change.path[1], change.new["sent_at"])
                self.turn_sent_at[change.path[1]] = max(before, change.new["sent_at"])

    def _really_answered(self, commit: Commit, change: Changed) -> None:
        assert change.new is not None
        if (change.old or {}).get("status") == "processed":
            return
        turn = change.new["turn_id"]
        bubbles = [
            made.new
            for made in commit.of("conversations", change.path[1], "messages", None)
            if made.new and made.new["direction"] == "outgoing" and made.new["turn_id"] == turn
        ]
        _require(bool(bubbles), f"{_name(change.new)} is called answered, but nothing was queued")
        said = {name for bubble in bubbles for name in QUESTION.findall(bubble["text"])}
        asked = QUESTION.findall(change.new["text"] or "")
        _require(said.issuperset(asked), f"{_name(change.new)} is called answered by {said}")

    def _may_be_sent(self, commit: Commit, change: Changed) -> None:
        item, thread = change.new or {}, change.path[1]
        conversation = self._after(commit, thread)
        who = f"{_name(item)} goes out"
        if item["role"] == "bot":
            owner, epoch = conversation.get("owner", "bot"), conversation.get("owner_epoch", 0)
            _require(owner != "human", f"{who} although the owner is {owner}")
            _require(epoch == item["owner_epoch"], f"{who} although the owner changed")
            last = self.accepted.last_written_at(thread)
            _require(commit.at < last + WINDOW + SLACK, f"{who} outside the window")
            _require(thread not in self.accepted.stopped, f"{who} after an opt-out")
        for wrong in self.pacing.broken_by(item["slot_at"], commit.at):
            raise Violation(f"{who} in a slot {wrong}")
        others = [
            m["text"]
            for m_id, m in self._messages_after(commit, thread).items()
            if m["status"] in ("sending", "unconfirmed") and m_id != change.path[3]
        ]
        _require(not others, f"{who} while {others} is on its way")

    def _turn(self, change: Changed) -> None:
        if change.new is None or change.old is not None:
            return
        thread, turn = change.path[1], change.path[3]
        claim = self.mirror.conversation(thread).get("claim") or {}
        _require(claim.get("id") == turn, f"turn {turn[:6]} ended without its claim")
        _require(
            claim["owner_epoch"] == self.mirror.conversation(thread).get("owner_epoch", 0)
            or change.new["outcome"] != "answered",
            f"turn {turn[:6]} answered although the owner changed",
        )
        if change.new["outcome"] == "answered":
            for mid in change.new["mids"]:
                earlier = self.answered.setdefault((thread, mid), turn)
                _require(earlier == turn, f"{mid[:12]} was answered by two turns")

    def _conversation(self, commit: Commit, change: Changed) -> None:
        if change.new is None:
            return
        old, new = change.old or {}, change.new
        if new.get("superseded", 0) > old.get("superseded", 0):
            self.count("Turn", "superseded")
        before, after = old.get("claim"), new.get("claim")
        if after and (not before or before["id"] != after["id"]):
            self._claimed(commit, change.path[1], before)
        if new.get("owner_epoch", 0) != old.get("owner_epoch", 0):
            self._owner_changed(change.path[1], old, new)
        else:
            same = new.get("owner", "bot") == old.get("owner", "bot")
            _require(same, "an owner changed without its epoch")

    def _claimed(self, commit: Commit, thread: str, before: Fields | None) -> None:
        if before is not None:
            _require(commit.at > before["expires_at"] - SLACK, f"two live turns in {thread[-6:]}")
        last = self.turn_sent_at.get(thread)
        if last is not None:
            earliest = last + timedelta(seconds=self.cooldown()) - SLACK
            _require(
                commit.at >= earliest, f"a turn began {earliest - commit.at} inside a cooldown"
            )

    def _owner_changed(self, thread: str, old: Fields, new: Fields) -> None:
        if old.get("owner") == "waiting" and new["owner"] == "bot":
            by = new["owner_reason"]
            _require(by == "operator", f"who waited for a human went back to the bot: {by}")
        if new["owner"] == "human" and new["owner_reason"] == "instagram_app":
            instants = [at for _, at in self.typed(thread)]
            _require(new["boundary_at"] in instants, "a takeover although nobody typed anything")

    def _after(self, commit: Commit, thread: str) -> Fields:
        for change in commit.of("conversations", thread):
            return change.new or {}
        return self.mirror.conversation(thread)

    def _messages_after(self, commit: Commit, thread: str) -> dict[str, Fields]:
        messages = dict(self.mirror.messages(thread))
        for change in commit.of("conversations", thread, "messages", None):
            messages[change.path[3]] = change.new or {"status": "gone"}
        return messages


def _name(fields: Any) -> str:
    return f"{fields.get('direction')} {fields.get('text')!r}"


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(otherwise)
