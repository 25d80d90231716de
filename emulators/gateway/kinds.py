"""What the phone page can make a person, the owner or Meta do: every kind there is."""

from collections.abc import Mapping
from typing import Any

from emulators.instagram.core import Core
from emulators.instagram.deliveries import Event
from emulators.instagram.payloads import ATTACHMENT_TYPES, KINDS, comment, dashboard_test

#: What a person picks most comes first, under the words that they know.
_LABELS = {
    "text": "Text",
    "image": "Photo",
    "voice": "Voice message",
    "audio": "Audio",
    "video": "Video",
    "file": "File",
    "share": "Shared post",
    "ig_post": "Shared post (ig_post)",
    "ig_reel": "Shared reel (ig_reel)",
    "reel": "Shared reel",
    "ig_story": "Shared story (ig_story)",
    "story": "Shared story",
    "media": "Media",
    "ephemeral": "Photo to look at once",
    "like_heart": "❤️",
    "story_reply": "Story reply",
    "story_mention": "Story mention",
    "edit_zero": "Edit that is none",
    "ad_referral": "Text after an ad",
    "unsupported": "Something unsupported",
    "unknown": "Something unheard of",
    "dashboard_test": "The dashboard's test",
}
_FIRST = (
    "text",
    "story_reply",
    "quick_reply",
    "postback",
    "ad_referral",
    "referral",
    "unsupported",
)
_ABOUT = ("reaction", "unreact", "edit", "unsend", "read", "edit_zero")
#: These need words of the person's.
_NEED_TEXT = ("text", "edit", "comment")
#: What Meta tells by itself or outside of the chat.
_BESIDE = ("comment", "dashboard_test")


def kinds() -> list[dict[str, Any]]:
    """Groups of kinds, in the order in which they are offered; together all of them."""
    attachments = ["voice", *ATTACHMENT_TYPES]
    named = {*_FIRST, *_ABOUT, *attachments, "attachment"}
    notices = [*(kind for kind in KINDS if kind not in named), *_BESIDE]
    return [
        _group("Messages", _FIRST),
        _group("Attachments", sorted(attachments, key=lambda kind: kind not in _LABELS)),
        _group("About the last message", _ABOUT),
        _group("Told by Meta", notices),
    ]


def _group(name: str, members: Any) -> dict[str, Any]:
    shown = [
        {
            "kind": kind,
            "label": _LABELS.get(kind, kind.replace("_", " ").capitalize()),
            "needs_text": kind in _NEED_TEXT,
            "owner": kind in ("text", "unsend") or kind in ATTACHMENT_TYPES,
        }
        for kind in members
    ]
    return {"group": name, "kinds": shown}


def beside(core: Core, words: Mapping[str, Any]) -> bool:
    """Do what is no direct message; whether the words named such a thing."""
    kind = words.get("kind")
    if kind == "comment":
        with core.lock:
            person = core.state.people.named(str(words["from"]))
        item = comment(person.igsid, person.username, str(words.get("text") or "Nice!"))
        core.emit([Event("comments", item, "changes")])
    elif kind == "dashboard_test":
        entry_id, item = dashboard_test()
        core.outbox.add([Event("messages", item, "changes", entry_id)])
    return kind in _BESIDE
