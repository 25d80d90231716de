"""Pictures and voice notes: shown to the model as they are, and put into words for later turns."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

import prompts
from services.agent.asking import Asking
from services.agent.input import TurnInput
from services.domain.message import MessageFields, put_into_words
from services.domain.model import ChatLine, Media, ModelReply, ModelRequest
from services.domain.operation import OperatingSettings
from services.errors import ModelError, NoAnswer
from services.ports import MediaSource

_log = structlog.get_logger()

#: Messages of one turn whose media are fetched and described; the rest keep their kind only.
MOST_MESSAGES = 4
#: Bytes of a turn's files: a request with files in it may have 20 MB (Gemini API, Image
#: understanding, Inline image data), in which three bytes become four, beside the words.
MOST_BYTES = 14_000_000
#: No file of a turn is begun so many seconds after the first; each has a bound of its own.
MOST_SECONDS = 15
_MOST_CHARACTERS = 2000


def fetched(source: MediaSource, asked: TurnInput, now: datetime) -> Mapping[str, Sequence[Media]]:
    """The media of the new messages, by message id; what cannot be had is left out.

    They are here well before the claim would have to be renewed.
    """
    seconds = min(MOST_SECONDS, asked.settings.claim_seconds / 2, asked.settings.turn_seconds / 2)
    until, left = now + timedelta(seconds=seconds), MOST_BYTES
    found: dict[str, Sequence[Media]] = {}
    for message in [m for m in asked.messages if m.attachments][:MOST_MESSAGES]:
        try:
            media = source.fetch(message, until, left)
        except NoAnswer as error:
            _log.warning("no_media", thread_id=asked.thread.thread_id, error=str(error))
            continue
        if media:
            found[message.id] = media
            left -= sum(len(each.content) for each in media)
    return found


def described(
    asking: Asking, asked: TurnInput, found: Mapping[str, Sequence[Media]]
) -> dict[str, MessageFields]:
    """By message id what is stored of its media: words, and whether they could be had.

    Only for those who read the thread later: a failure costs the answer nothing.
    """
    known = {m.id for m in asked.messages if m.transcription or m.description}
    return {
        message_id: _in_words(asking, asked, media)
        for message_id, media in found.items()
        if message_id not in known
    }


def _in_words(asking: Asking, asked: TurnInput, media: Sequence[Media]) -> MessageFields:
    try:
        words = in_words(asking.ask(asking_for_words(media, asked.settings)), media)
    except ModelError as error:
        _log.warning("no_description", thread_id=asked.thread.thread_id, error=str(error))
        words = {}
    return words or {"processing_status": "failed"}


def asking_for_words(media: Sequence[Media], settings: OperatingSettings) -> ModelRequest:
    """What puts one message's media into words."""
    return ModelRequest(
        model=settings.model,
        system=prompts.load("describe"),
        said=[ChatLine("user", "What is this?", tuple(media))],
        thinking=settings.thinking,
        max_output_tokens=600,
    )


def in_words(reply: ModelReply, media: Sequence[Media]) -> MessageFields:
    """What is stored of the answer; nothing where there are no words."""
    words = reply.text.strip()[:_MOST_CHARACTERS]
    voice = all(item.mime_type.startswith("audio/") for item in media)
    return put_into_words(words, voice=voice) if words else {}
