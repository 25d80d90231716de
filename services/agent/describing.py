"""A picture or voice note that no turn has read is put into words when somebody asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.agent.media import asking_for_words, in_words
from services.domain import paths
from services.domain.ids import account_of
from services.domain.message import Message
from services.domain.text import Text
from services.errors import Conflict, NoAnswer
from services.ports import Documents, MediaSource, Model
from services.store.live_settings import SettingsCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Describing:
    """Describes the media of one message, once."""

    documents: Documents
    media: MediaSource
    model: Model | None  #: None where none is configured
    settings: SettingsCache

    def describe(self, thread_id: str, message_id: str) -> Mapping[str, str]:
        """The message's `transcription` or `description`, which is stored with it.

        Raises `Conflict` when there is nothing to describe, `ModelError` and `Unavailable`.
        """
        path = paths.message(thread_id, message_id)
        (stored,) = self.documents.get(path)
        if stored.fields is None or self.model is None:
            raise Conflict(Text("There is no such message, or no model that could describe it."))
        message = Message.from_doc(message_id, stored.fields)
        if message.transcription or message.description:
            return _words(message.transcription, message.description)
        try:
            media = self.media.fetch(message)
        except NoAnswer as error:
            why = Text("The file cannot be had: %(reason)s.", reason=str(error))
            raise Conflict(why) from error
        if not media:
            raise Conflict(Text("The message holds nothing that can be described."))
        settings = self.settings.account(account_of(thread_id)).operation
        words = in_words(self.model.generate(asking_for_words(media, settings)), media)
        if not words:
            raise Conflict(Text("The model found no words for it."))
        self.documents.commit([path.update(words)])
        return _words(words.get("transcription") or "", words.get("description") or "")


def _words(transcription: str, description: str) -> Mapping[str, str]:
    known = {"transcription": transcription, "description": description}
    return {name: text for name, text in known.items() if text}
