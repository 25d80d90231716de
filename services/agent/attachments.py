"""The pictures and voice notes of messages: fetched by whoever reads them, not by the webhook.

Nothing is kept unless a setting says so, and then what somebody read: the model in a turn, or a
person who had it described. The address and the description stay. Media of story
mentions are never fetched: Meta forbids to store them, and only their address is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.domain import paths
from services.domain.ids import account_of
from services.domain.message import Message
from services.domain.model import Media
from services.errors import MocaError, NoAnswer, NoMedia
from services.ports import Clock, Documents, FileSource
from services.store.live_settings import SettingsCache

_log = structlog.get_logger()

#: Attachment types → what their file may be. Types follow the webhook, not the CDN.
FETCHED: Mapping[str, tuple[str, ...]] = {
    "image": ("image",),
    "sticker": ("image",),
    "media": ("image",),
    "audio": ("audio",),
}
#: Files of one message.
MOST_FILES = 4
#: Bytes of one kept file: a document holds a mebibyte.
MOST_KEPT = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMedia:
    """Fetches what a message holds."""

    files: FileSource
    documents: Documents
    settings: SettingsCache
    clock: Clock

    def fetch(
        self, message: Message, until: datetime | None = None, most_bytes: int | None = None
    ) -> Sequence[Media]:
        """What of it a model can see or hear; nothing of what has been put into words already.

        No file is begun from `until` on, and together they have `most_bytes` at most. Raises
        `NoAnswer` when none of it can be had.
        """
        wanted = _wanted(message)
        found: list[Media] = []
        reasons: list[str] = []
        for url, kinds in wanted:
            try:
                if until is not None:
                    self._in_time(until)
                media = self.files.fetch(url, kinds)
                if most_bytes is not None:
                    _within(most_bytes, [*found, media])
                found.append(media)
            except NoMedia as reason:
                reasons.append(str(reason))
        if wanted and not found:
            raise NoAnswer("; ".join(dict.fromkeys(reasons)))
        self._keep(message, found)
        return found

    def _in_time(self, until: datetime) -> None:
        if self.clock.now() >= until:
            raise NoMedia("no time is left")

    def _keep(self, message: Message, found: Sequence[Media]) -> None:
        """Keep the files as long as the setting says: by default not at all."""
        account_id = account_of(message.thread_id)
        days = self.settings.account(account_id).operation.media_days
        if days <= 0 or not found:
            return
        now = self.clock.now()
        writes = [
            paths.media(message.thread_id, message.id, number).merge(
                {
                    "message_id": message.id,
                    "mime_type": media.mime_type,
                    "content": media.content,
                    "created_at": now,
                    "expire_at": now + timedelta(days=days),
                }
            )
            for number, media in enumerate(found)
            if len(media.content) <= MOST_KEPT
        ]
        try:
            self.documents.commit(writes)
        except MocaError as error:
            _log.warning("media_not_kept", thread_id=message.thread_id, error=str(error))


def _within(most_bytes: int, found: Sequence[Media]) -> None:
    if sum(len(media.content) for media in found) > most_bytes:
        raise NoMedia("more than is read at once")


def _wanted(message: Message) -> list[tuple[str, tuple[str, ...]]]:
    if message.kind == "story_mention" or message.description or message.transcription:
        return []
    return [
        (str(attachment["url"]), FETCHED[str(attachment.get("type"))])
        for attachment in message.attachments[:MOST_FILES]
        if attachment.get("url") and str(attachment.get("type")) in FETCHED
    ]
