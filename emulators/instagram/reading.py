"""Reading back: the account itself, profiles, conversations and single messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, jsonify

from emulators.instagram.core import Core
from emulators.instagram.fields import Fields, parse_fields
from emulators.instagram.mids import thread_key
from emulators.instagram.people import Person
from emulators.instagram.refusals import refusal
from emulators.instagram.state import Message

_READABLE = 20
_PAGE = 25
_MESSAGE_FIELDS = ("id", "created_time")

Query = Mapping[str, str]
Shown = dict[str, Any]


class Reading:
    """Answers the reads; conversations and messages count against 2 calls a second."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def node(self, node: str, query: Query) -> Response:
        """GET one object by its id: the account, a person, a message or a conversation."""
        core = self._core
        if node in {"me", core.caller[0]}:
            return core.perform("account", lambda _: self._account(query))
        if node.isdigit():
            return core.perform("profile", lambda _: self._profile(node, query))
        return core.perform("conversation", lambda _: self._message_or_thread(node, query))

    def conversations(self, query: Query) -> Response:
        """The account's conversations, last active first, by pages."""
        with self._core.lock:
            self._spend()
            only = query.get("user_id")
            threads = self._core.state.threads if self._is_ours else {}
            found = [(igsid, kept) for igsid, kept in threads.items() if kept]
            found = [(igsid, kept) for igsid, kept in found if only in {None, igsid}]
            found.sort(key=lambda pair: pair[1][-1].at_ms, reverse=True)
            fields = parse_fields(query.get("fields", "id,updated_time"))
            shown = [self._thread(igsid, fields) for igsid, _ in found]
        return jsonify(_page(shown, query))

    @property
    def _is_ours(self) -> bool:
        """Whether the caller is the account that people write to; others have no conversations."""
        return self._core.caller[0] == self._core.identity.account_id

    def messages(self, key: str, query: Query) -> Response:
        """The messages of one conversation, newest first, by pages."""
        with self._core.lock:
            self._spend()
            igsid = self._igsid_of_thread(key)
            fields = parse_fields(query.get("fields", ",".join(_MESSAGE_FIELDS)))
            shown = self._messages(igsid, fields)
        return jsonify(_page(shown, query))

    def _account(self, query: Query) -> Response:
        account_id, username = self._core.caller
        own = account_id == self._core.identity.account_id
        known = {
            "id": self._core.identity.app_scoped_id if own else f"7{account_id[1:]}",
            "user_id": account_id,
            "username": username,
            "name": "Moca (local)",
            "account_type": "BUSINESS",
        }
        asked = parse_fields(query.get("fields", "id"))
        return jsonify({name: known[name] for name in known if name in asked or name == "id"})

    def _profile(self, igsid: str, query: Query) -> Response:
        with self._core.lock:
            person = self._core.state.people.known(igsid)
            if person is None:
                words = f"Unsupported get request. Object with ID '{igsid}' does not exist"
                raise refusal(100, 33, message=words)
            if person.profile_error is not None:
                raise refusal(**person.profile_error)
            if person.last_inbound_at is None:
                raise refusal(230)
            known = _profile_of(person)
        asked = parse_fields(query.get("fields", "id,name,username"))
        return jsonify({name: known[name] for name in known if name in asked or name == "id"})

    def _message_or_thread(self, node: str, query: Query) -> Response:
        with self._core.lock:
            self._spend()
            message = self._core.state.messages.get(node)
            if message is not None:
                return jsonify(self._single(message, query))
            igsid = self._igsid_of_thread(node)
            fields = parse_fields(query.get("fields", "id,updated_time"))
            return jsonify(self._thread(igsid, fields))

    def _single(self, message: Message, query: Query) -> Shown:
        readable = self._core.state.threads[message.igsid][-_READABLE:]
        if message.deleted or message not in readable:
            raise refusal(9000001)
        fields = parse_fields(query.get("fields", ",".join(_MESSAGE_FIELDS)))
        return self._message(message, fields)

    def _thread(self, igsid: str, fields: Fields) -> Shown:
        core = self._core
        updated = core.state.threads[igsid][-1].at
        shown: Shown = {"id": thread_key(core.identity.account_id, igsid)}
        if "updated_time" in fields:
            shown["updated_time"] = _iso(updated)
        if "participants" in fields:
            shown["participants"] = {"data": [self._owner(), self._party(igsid)]}
        if "messages" in fields:
            inner = fields["messages"] or {name: {} for name in _MESSAGE_FIELDS}
            shown["messages"] = {"data": self._messages(igsid, inner)[:_PAGE]}
        if "is_owner" in fields:
            shown["is_owner"] = True
        return shown

    def _messages(self, igsid: str, fields: Fields) -> list[Shown]:
        newest = [kept for kept in reversed(self._core.state.threads[igsid]) if not kept.deleted]
        bare: Fields = {name: {} for name in _MESSAGE_FIELDS}
        return [
            self._message(kept, fields if place < _READABLE else bare)
            for place, kept in enumerate(newest)
        ]

    def _message(self, message: Message, fields: Fields) -> Shown:
        ours, theirs = self._owner(), self._party(message.igsid)
        by_person = message.author == "person"
        known: Shown = {
            "created_time": _iso(message.at),
            "from": theirs if by_person else ours,
            "to": {"data": [ours if by_person else theirs]},
            "message": message.text or "",
        }
        known |= _extras(message)
        return {"id": message.mid} | {name: known[name] for name in known if name in fields}

    def _owner(self) -> Shown:
        identity = self._core.identity
        return {"username": identity.username, "id": identity.account_id}

    def _party(self, igsid: str) -> Shown:
        return {"username": self._core.state.people.named(igsid).username, "id": igsid}

    def _igsid_of_thread(self, key: str) -> str:
        account_id = self._core.identity.account_id
        for igsid, kept in self._core.state.threads.items():
            if kept and thread_key(account_id, igsid) == key:
                return igsid
        words = f"Unsupported get request. Object with ID '{key}' does not exist"
        raise refusal(100, 33, message=words)

    def _spend(self) -> None:
        self._core.limits.spend("conversation", self._core.clock.now())


def _extras(message: Message) -> Shown:
    found: Shown = {}
    if attachments := message.content.get("attachments"):
        found["attachments"] = {"data": [_stored_attachment(item) for item in attachments]}
    if reply_to := message.content.get("reply_to"):
        found["reply_to"] = reply_to
    if message.content.get("is_unsupported"):
        found["is_unsupported"] = True
    if message.reactions:
        reacted = [{"reaction": emoji} for emoji in message.reactions.values()]
        found["reactions"] = {"data": reacted}
    return found


def _stored_attachment(item: Shown) -> Shown:
    url = (item.get("payload") or {}).get("url")
    key = {"image": "image_data", "video": "video_data"}.get(item["type"])
    return {key: {"url": url}} if key else {"file_url": url}


def _profile_of(person: Person) -> Shown:
    name = person.name.title() if person.name else None
    return {
        "id": person.igsid,
        "name": name,
        "username": person.username,
        "profile_pic": None,
        "follower_count": 120,
        "is_user_follow_business": False,
        "is_business_follow_user": False,
        "is_verified_user": False,
    } | person.profile


def _page(shown: list[Shown], query: Query) -> Shown:
    start = _number(query, "after", 0)
    limit = _number(query, "limit", _PAGE)
    page: Shown = {"data": shown[start : start + limit]}
    if start + limit < len(shown):
        after = str(start + limit)
        page["paging"] = {"cursors": {"after": after}, "next": f"?after={after}"}
    return page


def _number(query: Query, name: str, default: int) -> int:
    given = query.get(name, str(default))
    if not (given.isascii() and given.isdigit()):
        raise refusal(100, message=f"(#100) Param {name} must be a number")
    return int(given)


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S+0000")
