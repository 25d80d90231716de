"""What a message holds, in the words in which it is stored."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.domain.clean import clean_text

#: Characters. Instagram's own limit is 1000 bytes; more than this is nobody's message.
MOST_TEXT = 20_000
#: Characters of an address; Meta's signed ones have some hundred.
MOST_URL = 4_000
MOST_ATTACHMENTS = 40

#: Attachment types by which something is shared; `share` is the old name that may come beside them.
_SHARED = ("ig_post", "ig_reel", "reel", "ig_story", "story", "share")
#: Where a payload says what can be fetched, in order: stories have a key of their own.
_URLS = ("url", "story_media_url")
_KNOWN = frozenset(
    ("title", "reel_video_id", "ig_post_media_id", "story_media_id", "sticker_id", *_URLS)
)
_REFERRAL = ("ref", "source", "type", "ad_id", "referer_uri")


def text_of(value: Any) -> str:
    """A storable text; "" for what is none."""
    return clean_text(value[:MOST_TEXT]) if isinstance(value, str) else ""


def content_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """The stored fields of a message: text, kind, type, attachments and what it refers to."""
    attachments = attachments_of(message.get("attachments"))
    content: dict[str, Any] = {"text": text_of(message.get("text"))}
    if attachments:
        content["attachments"] = attachments
        content["media_url"] = next((a["url"] for a in attachments if a.get("url")), None)
    quick_reply = message.get("quick_reply")
    if isinstance(quick_reply, Mapping):
        content["payload"] = text_of(quick_reply.get("payload"))
    content |= _reply_to(message.get("reply_to"))
    referral = referral_of(message.get("referral"))
    if referral:
        content["referral"] = referral
    content["kind"] = _kind(message, content)
    content["message_type"] = attachments[0]["type"] if attachments else content["kind"]
    return content


def attachments_of(value: Any) -> list[dict[str, Any]]:
    """Every attachment, whatever its type; a post that comes under two names comes once."""
    listed = value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []
    found = [_attachment(item) for item in listed[:MOST_ATTACHMENTS]]
    if any(a["type"] in _SHARED and a["type"] != "share" for a in found):
        found = [a for a in found if a["type"] != "share"]
    return found


def _attachment(item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        return {"type": "unknown", "more": _json(item)}
    stored: dict[str, Any] = {"type": text_of(item.get("type"))[:60] or "unknown"}
    payload = item.get("payload")
    if isinstance(payload, Mapping):
        return {**stored, **_payload(payload)}
    return stored if payload is None else {**stored, "more": _json(payload)}


def _payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    url = next((payload[key] for key in _URLS if isinstance(payload.get(key), str)), "")
    if url:
        stored["url"] = clean_text(url[:MOST_URL])
    for key in sorted(_KNOWN - set(_URLS)):
        if isinstance(payload.get(key), str | int):
            stored[key] = text_of(str(payload[key]))[:500]
    others = {str(key): value for key, value in payload.items() if key not in _KNOWN}
    return {**stored, "more": _json(others)} if others else stored


def referral_of(value: Any) -> dict[str, Any]:
    """Where a person came from: a link, or an ad with its title."""
    if not isinstance(value, Mapping):
        return {}
    found = {
        key: text_of(str(value[key]))[:500]
        for key in _REFERRAL
        if isinstance(value.get(key), str | int)
    }
    ad, product = value.get("ads_context_data"), value.get("product")
    if isinstance(ad, Mapping):
        found |= {k: text_of(ad.get(k))[:500] for k in ("ad_title", "photo_url") if ad.get(k)}
    if isinstance(product, Mapping):
        found["product_id"] = text_of(str(product.get("id", "")))[:500]
    return found


def label(kind: str, attachments: Sequence[Mapping[str, Any]] = ()) -> str:
    """A line in the place of a missing text, for lists and for whoever reads along."""
    if attachments:
        return " ".join(f"[{a.get('type', 'unknown')}]" for a in attachments[:5])
    return f"[{kind.replace('_', ' ')}]"


def _kind(message: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    types = [a["type"] for a in content.get("attachments", ())]
    if "payload" in content:
        return "quick_reply"
    if "story_reply" in content:
        return "story_reply"
    if message.get("is_unsupported") is True:
        return "unsupported"
    if "story_mention" in types:
        return "story_mention"
    if types:
        return "share" if any(t in _SHARED for t in types) else "attachment"
    if content["text"]:
        return "text"
    return "referral" if "referral" in content else "unsupported"


def _reply_to(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    story = value.get("story")
    if isinstance(story, Mapping):
        kept = {k: text_of(str(story[k]))[:MOST_URL] for k in ("id", "url") if story.get(k)}
        sticker = story.get("link_sticker_url") or value.get("link_sticker_url")
        return {"story_reply": {**kept, **({"link": text_of(sticker)} if sticker else {})}}
    mid = text_of(value.get("mid"))
    return {"reply_to": mid[:1000]} if mid else {}


def _json(value: Any) -> str:
    """What has no field of its own stays readable; as text it cannot be misshapen."""
    try:
        return json.dumps(value)[:4_000]
    except (RecursionError, ValueError):
        return "(too deep to keep)"
