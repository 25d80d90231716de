"""Pictures and voice notes: shown to the model as they are, and put into words for later turns."""

from collections.abc import Mapping, Sequence

import structlog

import prompts
from services.agent.asking import Asking
from services.agent.input import Asked
from services.domain.model import Media, ModelRequest, Said
from services.errors import ModelError
from services.ports import MediaSource, NoAnswer

_log = structlog.get_logger()

#: Messages of one turn whose media are fetched and described; the rest keep their kind only.
MOST_MESSAGES = 4
_MOST_CHARACTERS = 2000


def fetched(source: MediaSource | None, asked: Asked) -> Mapping[str, Sequence[Media]]:
    """The media of the new messages, by message id; what cannot be had is left out."""
    if source is None:
        return {}
    found: dict[str, Sequence[Media]] = {}
    for message in [m for m in asked.messages if m.attachments][:MOST_MESSAGES]:
        try:
            media = source.fetch(message)
        except NoAnswer as error:
            _log.warning("no_media", thread_id=asked.thread.thread_id, error=str(error))
            continue
        if media:
            found[message.id] = media
    return found


def described(asking: Asking, asked: Asked) -> dict[str, Mapping[str, str]]:
    """By message id what is stored of its media: words, and whether they could be had.

    Only for those who read the thread later: a failure costs the answer nothing.
    """
    known = {m.id for m in asked.messages if m.transcription or m.description}
    return {
        message_id: _in_words(asking, asked, media)
        for message_id, media in asked.media.items()
        if message_id not in known
    }


def _in_words(asking: Asking, asked: Asked, media: Sequence[Media]) -> Mapping[str, str]:
    request = ModelRequest(
        model=asked.settings.model,
        system=prompts.load("describe"),
        said=[Said("user", "What is this?", tuple(media))],
        thinking=asked.settings.thinking,
        max_output_tokens=600,
    )
    try:
        words = asking.ask(request).text.strip()[:_MOST_CHARACTERS]
    except ModelError as error:
        _log.warning("no_description", thread_id=asked.thread.thread_id, error=str(error))
        words = ""
    if not words:
        return {"processing_status": "failed"}
    voice = all(item.mime_type.startswith("audio/") for item in media)
    return {"transcription" if voice else "description": words, "processing_status": "done"}
