"""What somebody wants to send by hand, as the messages that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.domain.bubbles import split
from services.domain.text import Text
from services.errors import Rejected

#: What other services may send.
KINDS = ("verification", "acknowledgement", "custom")
LONGEST_TEXT = 10_000
MOST_ATTACHMENTS = 10


@dataclass(frozen=True, slots=True)
class Content:
    """What one message is to hold."""

    kind: str
    text: str = ""
    attachments: Sequence[Mapping[str, Any]] = ()
    reply_to_mid: str | None = None


def contents_of(
    text: str,
    kind: str,
    attachments: Sequence[Mapping[str, Any]],
    reply_to_mid: str | None,
    *,
    by_person: bool,
) -> list[Content]:
    """The attachments, each by itself, then the text in parts; raises `Rejected`."""
    if not by_person and kind not in KINDS:
        raise Rejected(Text("The kind must be one of %(kinds)s.", kinds=", ".join(KINDS)))
    if len(text) > LONGEST_TEXT:
        raise Rejected(Text("A message has at most %(most)s characters.", most=LONGEST_TEXT))
    if len(attachments) > MOST_ATTACHMENTS:
        raise Rejected(Text("A message has at most %(most)s attachments.", most=MOST_ATTACHMENTS))
    files = [Content("attachment", attachments=[_file(each)]) for each in attachments]
    texts = [Content(kind, part) for part in split(text)]
    if not files and not texts:
        raise Rejected(Text("The message is empty."))
    if reply_to_mid and texts:
        texts[0] = replace(texts[0], reply_to_mid=reply_to_mid)
    return [*files, *texts]


def _file(attachment: Mapping[str, Any]) -> dict[str, Any]:
    sort, url = attachment.get("type"), str(attachment.get("url") or "")
    if sort not in ("image", "audio", "video", "file"):
        raise Rejected(Text("An attachment is an image, audio, video or file."))
    if attachment.get("attachment_id"):
        payload = {"attachment_id": str(attachment["attachment_id"])}
        known = {key: attachment[key] for key in ("name", "size") if attachment.get(key)}
        return {"type": sort, "payload": payload, **known}
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise Rejected(Text("An attachment needs a public https address."))
    return {"type": sort, "url": url}
