"""What people and the owner do in the Instagram app, and the webhooks that tell of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulators.instagram.core import Core
from emulators.instagram.deliveries import Event
from emulators.instagram.payloads import (
    KINDS,
    Ask,
    Container,
    Kind,
    edit_zero,
    message,
    messaging_item,
)
from emulators.instagram.people import Person
from emulators.instagram.sending import echo_event
from emulators.instagram.state import Message

_CDN = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=18000000000000007&signature=local"


@dataclass(frozen=True)
class Happened:
    """What was done: by whom, the mid it made or was about, its timestamp in ms."""

    person: Person
    mid: str
    timestamp: int


@dataclass(frozen=True)
class _Doing:
    """One thing that a person does, worked out."""

    person: Person
    name: str
    kind: Kind
    ask: Ask
    body: dict[str, Any]
    timestamp: int


def person_does(core: Core, words: Mapping[str, Any]) -> Happened:
    """A person writes, reacts, edits, reads …; ValueError says what is wrong with the words."""
    name = str(words["kind"] if "kind" in words else _kind_meant(words))
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"kind {name!r} is unknown; there are {', '.join(KINDS)}")
    with core.lock:
        person = core.state.people.named(str(words["from"]))
        ask = _ask(core, person, kind, words)
        timestamp = int(words.get("timestamp") or core.state.stamp(core.clock.now()))
        doing = _Doing(person, name, kind, ask, kind.build(ask), timestamp)
        _remember(core, doing)
    core.emit(_events(core, doing), float(words.get("after_seconds", 0)))
    return Happened(person, ask.mid if kind.creates else ask.target, timestamp)


def owner_does(core: Core, words: Mapping[str, Any]) -> Happened:
    """The owner types in the app (an echo follows), or unsends what was sent there."""
    with core.lock:
        person = core.state.people.named(str(words["to"]))
        if words.get("kind") == "unsend":
            return _owner_unsends(core, person, words)
        ask = Ask(words.get("mid") or core.ids.mid(), "", words.get("url", _CDN), words)
        content = {key: value for key, value in message(ask)["message"].items() if key != "mid"}
        at_ms = core.state.stamp(core.clock.now())
        kept = Message(ask.mid, person.igsid, "owner", at_ms, content)
        core.state.keep(kept)
    core.emit([echo_event(core, kept)], words.get("after_seconds", 0))
    return Happened(person, kept.mid, at_ms)


def _kind_meant(words: Mapping[str, Any]) -> str:
    return "attachment" if words.get("attachments") and not words.get("text") else "text"


def _ask(core: Core, person: Person, kind: Kind, words: Mapping[str, Any]) -> Ask:
    target = words.get("target") or ("" if kind.creates else words.get("mid") or "")
    if not target and kind.target is not None:
        last = core.state.last(person.igsid, ours=kind.target == "ours")
        if last is None:
            raise ValueError(f"there is no message that {words.get('kind')} could be about")
        target = last.mid
    mid = (words.get("mid") if kind.creates else None) or core.ids.mid()
    return Ask(str(mid), str(target), words.get("url", _CDN), words)


def _remember(core: Core, doing: _Doing) -> None:
    person, ask = doing.person, doing.ask
    if doing.kind.opens:
        wrote_at = _wrote_at(core, doing.ask.words)
        person.last_inbound_at = max(person.last_inbound_at or wrote_at, wrote_at)
    if doing.kind.creates:
        (said,) = doing.body.values()
        content = {key: value for key, value in said.items() if key != "mid"}
        kept = Message(ask.mid, person.igsid, "person", doing.timestamp, content, doing.name)
        core.state.keep(kept)
    elif (about := core.state.messages.get(ask.target)) is not None:
        _change(about, doing.name, doing.body)


def _wrote_at(core: Core, words: Mapping[str, Any]) -> datetime:
    if "timestamp" in words:
        return datetime.fromtimestamp(int(words["timestamp"]) / 1000, UTC)
    return core.clock.now()


def _change(about: Message, name: str, body: dict[str, Any]) -> None:
    if name == "unsend":
        about.deleted = True
        about.content = {}
    elif name == "edit":
        about.content["text"] = body["message_edit"]["text"]
        about.edits += 1
    elif name == "reaction":
        about.reactions["person"] = body["reaction"]["emoji"]
    elif name == "unreact":
        about.reactions.pop("person", None)
    elif name == "read":
        about.seen = True


def _events(core: Core, doing: _Doing) -> list[Event]:
    standby = bool(doing.ask.words.get("standby"))
    container: Container = "standby" if standby else "messaging"

    def event(field: str, body: dict[str, Any]) -> Event:
        parties = (doing.person.igsid, core.identity.account_id)
        item = messaging_item(*parties, doing.timestamp, body)
        return Event("standby" if standby else field, item, container)

    events = [event(doing.kind.field, doing.body)]
    if core.sends_edit_zero and doing.kind.creates and "message" in doing.body:
        zero = edit_zero(doing.ask.mid, doing.body["message"].get("text"))
        events.append(event("message_edit", zero))
    return events


def _owner_unsends(core: Core, person: Person, words: Mapping[str, Any]) -> Happened:
    last = core.state.last(person.igsid, ours=True)
    about = core.state.messages.get(words["mid"]) if "mid" in words else last
    if about is None:
        raise ValueError("there is no message that could be unsent")
    about.deleted, about.content = True, {"is_deleted": True}
    core.emit([echo_event(core, about)])
    return Happened(person, about.mid, about.at_ms)
