"""The Send API: what is accepted, what it does, and what Instagram says to the rest."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, jsonify

from emulators.instagram.content import Content, is_slow_media, read_content
from emulators.instagram.core import Core
from emulators.instagram.deliveries import Event
from emulators.instagram.faults import Fault
from emulators.instagram.payloads import echo, messaging_item
from emulators.instagram.people import Person
from emulators.instagram.refusals import GraphError, refusal
from emulators.instagram.state import Message

_WINDOW = timedelta(hours=24)
_HUMAN_AGENT_WINDOW = timedelta(days=7)
_ACTION_KEYS = {"recipient", "sender_action", "access_token", "platform", "messaging_type"}

Body = Mapping[str, Any]


class Sending:
    """Accepts messages and sender actions for the account."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def accept(self, body: Body) -> Response:
        """One call of the Send API, under the next fault of its sort."""
        if body.get("sender_action") is not None:
            if body.get("message") is not None:
                words = "(#100) Cannot include both message and sender_action"
                raise refusal(100, 2018014, message=words)
            return self._core.perform("action", lambda _: self._act(body))
        return self._core.perform("send", lambda fault: self._send(body, fault))

    def _send(self, body: Body, fault: Fault) -> Response:
        core = self._core
        with core.lock:
            person = self._recipient(body)
            content = read_content(body.get("message"), core.uploaded)
            if "reply_to" in body:
                content["reply_to"] = {"mid": self._replied_to(body["reply_to"], person)}
            tag = self._tag(body)
            self._check_reachable(person, tag)
            core.limits.spend("media" if is_slow_media(content) else "send", core.clock.now())
            message = self._keep(person, content, tag)
        core.emit_echo(echo_event(core, message), fault)
        return jsonify({"recipient_id": person.igsid, "message_id": message.mid})

    def _keep(self, person: Person, content: Content, tag: str | None) -> Message:
        core = self._core
        at_ms = core.state.stamp(core.clock.now())
        message = Message(core.ids.mid(), person.igsid, "api", at_ms, content, tag=tag)
        core.state.keep(message)
        return message

    def _act(self, body: Body) -> Response:
        core = self._core
        action = body["sender_action"]
        with core.lock:
            person = self._recipient(body)
            self._check_reachable(person, None)
            core.limits.spend("send", core.clock.now())
            record = {"action": action, **self._apply_action(action, body, person)}
            record |= {"to": person.igsid, "to_name": person.name}
            core.state.actions.append(record | {"at": core.clock.now().isoformat()})
        return jsonify({"recipient_id": person.igsid})

    def _apply_action(self, action: str, body: Body, person: Person) -> dict[str, Any]:
        if action in {"react", "unreact"}:
            return self._react(action, body.get("payload"), person)
        if set(body) - _ACTION_KEYS:
            raise refusal(100, 2018014, message="(#100) A sender action stands alone")
        if action == "typing_on":
            self._core.state.typing.add(person.igsid)
        elif action == "typing_off":
            self._core.state.typing.discard(person.igsid)
        elif action == "mark_seen":
            self._mark_seen(person)
        else:
            raise refusal(100, message=f"(#100) Param sender_action does not know {action!r}")
        return {}

    def _react(self, action: str, payload: Any, person: Person) -> dict[str, Any]:
        mid = payload.get("message_id") if isinstance(payload, Mapping) else None
        message = self._core.state.messages.get(str(mid))
        if message is None or message.igsid != person.igsid:
            raise refusal(100, message="(#100) Param payload[message_id] is not of this thread")
        if action == "unreact":
            message.reactions.pop("account", None)
            return {"message_id": mid, "reaction": None}
        reaction = payload.get("reaction")
        if not isinstance(reaction, str) or not reaction:
            raise refusal(100, message="(#100) The parameter payload[reaction] is required")
        message.reactions["account"] = reaction
        return {"message_id": mid, "reaction": reaction}

    def _mark_seen(self, person: Person) -> None:
        for message in self._core.state.threads[person.igsid]:
            if message.author == "person":
                message.seen = True

    def _recipient(self, body: Body) -> Person:
        recipient = body.get("recipient")
        if not isinstance(recipient, Mapping):
            raise refusal(100, message="(#100) The parameter recipient is required")
        if "comment_id" in recipient:
            raise refusal(100, 2534025, message="(#100) Invalid comment for a private reply")
        person = self._core.state.people.known(str(recipient.get("id", "")))
        if person is None:
            raise refusal(100, 2534014, message="(#100) No matching user found")
        return person

    def _replied_to(self, reply_to: Any, person: Person) -> str:
        mid = reply_to.get("mid") if isinstance(reply_to, Mapping) else None
        message = self._core.state.messages.get(str(mid))
        if message is None or message.igsid != person.igsid:
            raise refusal(100, message="(#100) Param reply_to[mid] is not of this thread")
        return message.mid

    def _tag(self, body: Body) -> str | None:
        tag = body.get("tag")
        if body.get("messaging_type") == "MESSAGE_TAG" and not tag:
            raise refusal(100, message="(#100) The parameter tag is required")
        if tag is None:
            return None
        if tag != "HUMAN_AGENT":
            raise refusal(100, message=f"(#100) The tag {tag} is not supported")
        if not self._core.may_tag_human_agent:
            raise refusal(10, message="(#10) The app lacks the Human Agent permission")
        return str(tag)

    def _check_reachable(self, person: Person, tag: str | None) -> None:
        if person.send_error is not None:
            raise refusal(**person.send_error)
        window = _HUMAN_AGENT_WINDOW if tag else _WINDOW
        last = person.last_inbound_at
        if last is None or self._core.clock.now() - last >= window:
            raise _outside_window()


def _outside_window() -> GraphError:
    words = "(#10) This message is sent outside of allowed window."
    return refusal(10, 2534022, message=words)


def echo_event(core: Core, message: Message) -> Event:
    """The webhook that tells of a message sent from the account."""
    body = echo(message.mid, message.content)
    item = messaging_item(core.identity.account_id, message.igsid, message.at_ms, body)
    return Event("message_echoes", item)
