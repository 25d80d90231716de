"""Every shape that Instagram's webhook takes, as pure builders.

Shapes follow Meta's Instagram webhook notification examples. Each builder makes the part of a
messaging item that says what happened; `messaging_item` puts the two parties around it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Item = dict[str, Any]
Container = Literal["messaging", "standby", "changes"]
Side = Literal["theirs", "ours"]


@dataclass(frozen=True)
class Ask:
    """What a builder needs: the new mid, the mid it is about, a media URL, the caller's words."""

    mid: str
    target: str
    url: str
    words: Mapping[str, Any]

    def word(self, name: str, default: Any) -> Any:
        """What the caller said, else the default."""
        return self.words.get(name, default)


def messaging_item(sender: str, recipient: str, timestamp: int, body: Item) -> Item:
    """One item of `messaging[]`."""
    parties = {"sender": {"id": sender}, "recipient": {"id": recipient}}
    return {**parties, "timestamp": timestamp, **body}


def envelope(account_id: str, time: int, container: Container, items: list[Item]) -> Item:
    """The whole body of one POST."""
    return {"object": "instagram", "entry": [{"time": time, "id": account_id, container: items}]}


def message(ask: Ask, **extra: Any) -> Item:
    """A direct message: text, attachments, an inline or a story reply, an ad's referral."""
    body: Item = {"mid": ask.mid}
    if ask.words.get("text") is not None:
        body["text"] = ask.words["text"]
    for key in ("attachments", "reply_to", "referral", "quick_reply"):
        if ask.words.get(key) is not None:
            body[key] = _READERS[key](ask)
    return {"message": body | extra}


def attachment(kind: str, payload: Item | None) -> Item:
    """One attachment; an ephemeral one has no payload at all."""
    return {"type": kind} if payload is None else {"type": kind, "payload": payload}


def default_payload(kind: str, url: str) -> Item | None:
    """What Meta puts into the payload of an attachment of this type."""
    if kind in {"ig_reel", "reel"}:
        return {"reel_video_id": "18000000000000001", "title": "A reel", "url": url}
    if kind == "ig_post":
        return {"ig_post_media_id": "18000000000000002", "title": "A post", "url": url}
    if kind in {"ig_story", "story"}:
        return {"story_media_id": "18000000000000003", "story_media_url": url}
    if kind == "template":
        return {"generic": {"elements": [{"title": "Live location", "image_url": url}]}}
    return None if kind == "ephemeral" else {"url": url}


def _attachments(ask: Ask) -> list[Item]:
    return [_attachment_from(item, ask.url) for item in ask.words["attachments"]]


def _attachment_from(item: Any, url: str) -> Item:
    if isinstance(item, str):
        return attachment("image", {"url": item})
    kind = item.get("type", "image")
    if "payload" in item:
        return attachment(kind, item["payload"])
    return attachment(kind, default_payload(kind, item.get("url", url)))


def _reply_to(ask: Ask) -> Item:
    said = ask.words["reply_to"]
    return {"mid": said} if isinstance(said, str) else dict(said)


def _quick_reply(ask: Ask) -> Item:
    said = ask.words["quick_reply"]
    return {"payload": said} if isinstance(said, str) else dict(said)


_READERS: dict[str, Callable[[Ask], Any]] = {
    "attachments": _attachments,
    "reply_to": _reply_to,
    "quick_reply": _quick_reply,
    "referral": lambda ask: dict(ask.words["referral"]),
}


def _one_attachment(kind: str) -> Callable[[Ask], Item]:
    def build(ask: Ask) -> Item:
        payload = default_payload(kind, ask.word("url", ask.url))
        return message(ask, attachments=[attachment(kind, payload)])

    return build


def _quick_reply_message(ask: Ask) -> Item:
    payload = ask.word("payload", "QUICK_REPLY")
    return message(ask, text=ask.word("text", "Yes"), quick_reply={"payload": payload})


def _ad_referral(ask: Ask) -> Item:
    context = {"ad_title": ask.word("ad_title", "Our ad"), "photo_url": ask.url}
    referral = {"ref": ask.word("ref", "ad"), "ad_id": ask.word("ad_id", "120000000000001")}
    referral |= {"source": "ADS", "type": "OPEN_THREAD", "ads_context_data": context}
    return message(ask, text=ask.word("text", "Hello"), referral=referral)


def _story_reply(ask: Ask) -> Item:
    story = {"url": ask.word("url", ask.url), "id": ask.word("story_id", "18000000000000004")}
    return message(ask, text=ask.word("text", "Nice story"), reply_to={"story": story})


def _unsupported(ask: Ask) -> Item:
    return {"message": {"mid": ask.mid, "is_unsupported": True}}


def _unsend(ask: Ask) -> Item:
    return {"message": {"mid": ask.target, "is_deleted": True}}


def _edit(ask: Ask) -> Item:
    edit = {"mid": ask.target, "text": ask.word("text", "edited"), "num_edit": 1}
    return {"message_edit": edit | _picked(ask, "num_edit")}


def edit_zero(mid: str, text: str | None) -> Item:
    """The edit that is none: it comes beside every message on live accounts."""
    return {"message_edit": {"mid": mid, "text": text or "", "num_edit": 0}}


def _reaction(ask: Ask) -> Item:
    said = {"reaction": ask.word("reaction", "love"), "emoji": ask.word("emoji", "\u2764")}
    return {"reaction": {"mid": ask.target, "action": "react", **said}}


def _unreact(ask: Ask) -> Item:
    return {"reaction": {"mid": ask.target, "action": "unreact"}}


def _read(ask: Ask) -> Item:
    return {"read": {"mid": ask.target}}


def _postback(ask: Ask) -> Item:
    title, payload = ask.word("title", "Get started"), ask.word("payload", "GET_STARTED")
    return {"postback": {"mid": ask.mid, "title": title, "payload": payload}}


def _referral(ask: Ask) -> Item:
    source = {"source": ask.word("source", "SHORTLINK"), "type": "OPEN_THREAD"}
    return {"referral": {"ref": ask.word("ref", "flyer"), **source}}


def _optin(ask: Ask) -> Item:
    words = {"payload": ask.word("payload", "NEWS"), "title": ask.word("title", "News")}
    return {"optin": {"type": "notification_messages", "notification_messages_token": "1", **words}}


def _handover(kind: str, **ids: str) -> Callable[[Ask], Item]:
    return lambda ask: {kind: {**ids, "metadata": ask.word("metadata", "")}}


def _picked(ask: Ask, *names: str) -> Item:
    return {name: ask.words[name] for name in names if name in ask.words}


@dataclass(frozen=True)
class Kind:
    """One kind of event: its builder, its subscription field and what it means for the thread.

    `creates`: a new message stands in the conversation. `opens`: the 24-hour window starts anew.
    `target`: whose last message it is about when the caller names none.
    """

    build: Callable[[Ask], Item]
    field: str = "messages"
    creates: bool = True
    opens: bool = True
    target: Side | None = None


def _about(build: Callable[[Ask], Item], field: str, target: Side, *, opens: bool = False) -> Kind:
    return Kind(build, field, creates=False, opens=opens, target=target)


def _notice(build: Callable[[Ask], Item], field: str) -> Kind:
    return Kind(build, field, creates=False, opens=False)


ATTACHMENT_TYPES = (
    "image", "video", "audio", "file", "share", "story_mention", "ig_post", "ig_reel", "reel",
    "ig_story", "story", "sticker", "media", "ephemeral", "template", "fallback", "location",
)  # fmt: skip

_OURS, _THEIRS = "1217981644879628", "263902037430900"

KINDS: dict[str, Kind] = {
    **{kind: Kind(_one_attachment(kind)) for kind in ATTACHMENT_TYPES},
    "text": Kind(message),
    "attachment": Kind(message),
    "voice": Kind(_one_attachment("audio")),
    "quick_reply": Kind(_quick_reply_message),
    "ad_referral": Kind(_ad_referral),
    "story_reply": Kind(_story_reply),
    "unsupported": Kind(_unsupported),
    "postback": Kind(_postback, "messaging_postbacks"),
    "referral": Kind(_referral, "messaging_referral", creates=False),
    "reaction": _about(_reaction, "message_reactions", "ours", opens=True),
    "unreact": _about(_unreact, "message_reactions", "ours"),
    "unsend": _about(_unsend, "messages", "theirs"),
    "edit": _about(_edit, "message_edit", "theirs"),
    "edit_zero": _about(
        lambda ask: edit_zero(ask.target, ask.word("text", None)), "message_edit", "theirs"
    ),
    "read": _about(_read, "messaging_seen", "ours"),
    "optin": _notice(_optin, "messaging_optins"),
    "admin_text": _notice(
        lambda ask: {"message": {"admin_text": ask.word("text", "The assistant handed back.")}},
        "messages",
    ),
    "pass_thread_control": _notice(
        _handover("pass_thread_control", previous_owner_app_id=_THEIRS, new_owner_app_id=_OURS),
        "messaging_handover",
    ),
    "take_thread_control": _notice(
        _handover("take_thread_control", previous_owner_app_id=_OURS, new_owner_app_id=_THEIRS),
        "messaging_handover",
    ),
    "request_thread_control": _notice(
        _handover("request_thread_control", requested_owner_app_id=_THEIRS), "messaging_handover"
    ),
    "app_roles": _notice(
        lambda _: {"app_roles": {_OURS: ["primary_receiver"]}}, "messaging_handover"
    ),
    "unknown": _notice(lambda ask: dict(ask.word("item", {"something_new": {}})), "messages"),
}


def echo(mid: str, content: Mapping[str, Any]) -> Item:
    """The event for a message that was sent from the account."""
    return {"message": {"mid": mid, **content, "is_echo": True}}


def dashboard_test() -> tuple[str, Item]:
    """What the dashboard's Test button sends: (entry id, item of `changes[]`)."""
    value = messaging_item("12334", "23245", 0, {"message": {"mid": "random_mid"}})
    value |= {"timestamp": "1527459824"}
    value["message"]["text"] = "random_text"
    return "0", {"field": "messages", "value": value}


def comment(igsid: str, username: str, text: str) -> Item:
    """A comment under a post: an item of `changes[]`, not a direct message."""
    media = {"id": "18000000000000005", "media_product_type": "FEED"}
    value = {"id": "18000000000000006", "from": {"id": igsid, "username": username}}
    return {"field": "comments", "value": {**value, "text": text, "media": media}}
