"""The attachment upload: a file, or the address of one, kept for later sends under an id."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from werkzeug.datastructures import FileStorage

from emulators.instagram.content import read_content
from emulators.instagram.core import Core
from emulators.instagram.media import keep_media
from emulators.instagram.refusals import refusal

_MEGABYTE = 1_000_000
#: Meta's documentation, "Upload media for Instagram messaging": sorts, formats and sizes.
_TAKEN: Mapping[str, tuple[int, frozenset[str]]] = {
    "image": (8 * _MEGABYTE, frozenset({"image/png", "image/jpeg", "image/gif"})),
    "audio": (
        25 * _MEGABYTE,
        frozenset({"audio/aac", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav"}),
    ),
    "video": (25 * _MEGABYTE, frozenset({"video/mp4", "video/quicktime", "video/webm"})),
    "file": (25 * _MEGABYTE, frozenset({"application/pdf"})),
}


def upload(core: Core, body: Mapping[str, Any], file: FileStorage | None, host: str) -> Response:
    """Keep what `message.attachment` names, or the file that came with it; gives its id."""
    with core.lock:
        if file is None:
            content = read_content(body.get("message"), core.uploaded)
            url = str(content["attachments"][0]["payload"]["url"])
        else:
            url = _kept(core, _kind(body.get("message")), file, host)
        attachment_id = core.ids.attachment()
        core.uploaded[attachment_id] = url
    return jsonify({"attachment_id": attachment_id})


def _kept(core: Core, kind: str, file: FileStorage, host: str) -> str:
    largest, types = _TAKEN.get(kind, (0, frozenset()))
    if not (file.filename or "").isascii():
        raise refusal(100, message="(#100) File names hold ASCII characters only")
    if file.mimetype not in types:
        raise refusal(100, 2018047, message="(#100) Upload attachment failure: wrong type")
    content = file.read(largest + 1)
    if len(content) > largest:
        raise refusal(100, 2018109, message="(#100) Attachment size exceeds allowable limit")
    return keep_media(core, file.mimetype, content, host)


def _kind(message: Any) -> str:
    attachment = message.get("attachment") if isinstance(message, Mapping) else None
    return str(attachment.get("type")) if isinstance(attachment, Mapping) else ""
