"""What a message may hold: the Send API's rules, pure."""

from collections.abc import Mapping
from typing import Any

from emulators.instagram.refusals import GraphError, refusal

MAX_TEXT_BYTES = 1000
_FILE_TYPES = {"image", "audio", "video", "file"}
_TYPES = _FILE_TYPES | {"template", "like_heart", "MEDIA_SHARE", "sticker"}
_MAX_IMAGES = 10
_MAX_QUICK_REPLIES = 13
_MAX_BUTTONS = 3
_MAX_ELEMENTS = 10
_LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")

Content = dict[str, Any]


def read_content(message: Any, uploaded: Mapping[str, str]) -> Content:
    """The normalised content of `message`, or GraphError 100 that says what is wrong."""
    if not isinstance(message, Mapping):
        raise _invalid("Param message must be a JSON object")
    attachments = _attachments(message)
    if attachments and "text" in message:
        raise _invalid("A message holds either text or attachments")
    content: Content = {}
    if attachments:
        content["attachments"] = [_checked(item, uploaded) for item in attachments]
    else:
        content["text"] = _text(message.get("text"))
    if "quick_replies" in message:
        content["quick_replies"] = _quick_replies(message["quick_replies"])
    return content


def is_slow_media(content: Content) -> bool:
    """Whether it counts against the lower rate of audio and video."""
    return any(item["type"] in {"audio", "video"} for item in content.get("attachments", ()))


def _text(text: Any) -> str:
    if not isinstance(text, str) or not text:
        raise _invalid("The parameter message[text] is required")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise _invalid(f"Length of param message[text] must be at most {MAX_TEXT_BYTES} bytes")
    return text


def _attachments(message: Mapping[str, Any]) -> list[Any]:
    found = message.get("attachment") or message.get("attachments") or []
    items = list(found) if isinstance(found, list) else [found]
    if len(items) > _MAX_IMAGES:
        raise _invalid(f"A message holds at most {_MAX_IMAGES} images")
    if len(items) > 1 and any(_type(item) != "image" for item in items):
        raise _invalid("Only images can share a message")
    return items


def _type(item: Any) -> Any:
    return item.get("type") if isinstance(item, Mapping) else None


def _checked(item: Any, uploaded: Mapping[str, str]) -> Content:
    kind = _type(item)
    if kind not in _TYPES:
        raise _invalid(f"Param message[attachment][type] does not know {kind!r}")
    payload = item.get("payload") or {}
    if not isinstance(payload, Mapping):
        raise _invalid("Param message[attachment][payload] must be a JSON object")
    if kind in _FILE_TYPES:
        payload = _file(payload, uploaded)
    if kind == "template":
        _check_template(payload)
    if kind == "MEDIA_SHARE" and not payload.get("id"):
        raise _invalid("The parameter payload[id] is required")
    return {"type": kind, "payload": dict(payload)}


def _file(payload: Mapping[str, Any], uploaded: Mapping[str, str]) -> Mapping[str, Any]:
    """The payload as the echo tells of it: with the address of the file, uploaded or not."""
    if "attachment_id" in payload:
        if str(payload["attachment_id"]) not in uploaded:
            raise refusal(100, 2018074, message="(#100) Invalid attachment id")
        return {"url": uploaded[str(payload["attachment_id"])]}
    url = payload.get("url")
    if not isinstance(url, str) or not url.startswith(("https://", *_LOOPBACK)):
        raise refusal(100, 2018008, message="(#100) Failed to fetch the file from the url")
    return payload


def _check_template(payload: Mapping[str, Any]) -> None:
    kind = payload.get("template_type")
    if kind == "button":
        _check_length("text", payload.get("text"), 640)
        _check_buttons(payload.get("buttons"))
    elif kind == "generic":
        _check_elements(payload.get("elements"))
    else:
        raise _invalid(f"Unknown template_type {kind!r}")


def _check_elements(elements: Any) -> None:
    if not isinstance(elements, list) or not 1 <= len(elements) <= _MAX_ELEMENTS:
        raise _invalid(f"A generic template has 1 to {_MAX_ELEMENTS} elements")
    for element in elements:
        if not isinstance(element, Mapping):
            raise _invalid("An element must be a JSON object")
        _check_length("title", element.get("title"), 80)
        if "buttons" in element:
            _check_buttons(element["buttons"])


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MAX_BUTTONS:
        raise _invalid(f"A template has 1 to {_MAX_BUTTONS} buttons")


def _check_length(name: str, text: Any, limit: int) -> None:
    if not isinstance(text, str) or not 1 <= len(text) <= limit:
        raise _invalid(f"{name} must have 1 to {limit} characters")


def _quick_replies(replies: Any) -> list[Content]:
    if not isinstance(replies, list) or not 1 <= len(replies) <= _MAX_QUICK_REPLIES:
        raise _invalid(f"A message has 1 to {_MAX_QUICK_REPLIES} quick replies")
    return [_quick_reply(reply) for reply in replies]


def _quick_reply(reply: Any) -> Content:
    kind = reply.get("content_type") if isinstance(reply, Mapping) else None
    if kind in {"user_phone_number", "user_email"}:
        return dict(reply)
    if kind != "text" or not reply.get("title") or not reply.get("payload"):
        raise _invalid("A quick reply needs content_type, title and payload")
    _check_length("payload", reply["payload"], 1000)
    return {**reply, "title": reply["title"][:20]}


def _invalid(why: str) -> GraphError:
    return refusal(100, 2534015, message=f"(#100) {why}")
