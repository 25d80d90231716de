"""A picture or voice note that no turn has read is put into words when somebody asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import prompts
from services.domain import paths
from services.domain.documents import Update
from services.domain.message import Message
from services.domain.model import ModelRequest, Said
from services.errors import Conflict, NoAnswer
from services.ports import Documents, MediaSource, Model
from services.store.live_settings import LiveSettings

_MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Describing:
    """Describes the media of one message, once."""

    documents: Documents
    media: MediaSource
    model: Model | None  #: None where none is configured
    settings: LiveSettings

    def describe(self, thread_id: str, message_id: str) -> Mapping[str, str]:
        """The message's `transcription` or `description`, which is stored with it.

        Raises `Conflict` when there is nothing to describe, `ModelError` and `Unavailable`.
        """
        path = paths.message(thread_id, message_id)
        (stored,) = self.documents.get(path)
        if stored.fields is None or self.model is None:
            raise Conflict("There is no such message, or no model that could describe it.")
        message = Message.from_doc(message_id, stored.fields)
        if message.transcription or message.description:
            return _words(message.transcription, message.description)
        try:
            media = self.media.fetch(message)
        except NoAnswer as error:
            raise Conflict(f"The file cannot be had: {error}.") from error
        if not media:
            raise Conflict("The message holds nothing that can be described.")
        settings = self.settings.account(thread_id.partition("_")[0]).operation
        reply = self.model.generate(
            ModelRequest(
                model=settings.model,
                system=prompts.load("describe"),
                said=[Said("user", "What is this?", tuple(media))],
                max_output_tokens=600,
            )
        )
        text = reply.text.strip()[:_MOST_CHARACTERS]
        if not text:
            raise Conflict("The model found no words for it.")
        voice = all(item.mime_type.startswith("audio/") for item in media)
        words = _words(text, "") if voice else _words("", text)
        self.documents.commit([Update(path, {**words, "processing_status": "done"})])
        return words


def _words(transcription: str, description: str) -> Mapping[str, str]:
    known = {"transcription": transcription, "description": description}
    return {name: text for name, text in known.items() if text}
