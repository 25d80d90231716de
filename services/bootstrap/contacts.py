"""The part of the composition root for what concerns people, beside their messages."""

import functools
from typing import TYPE_CHECKING

from services.adapters.chance import secret_token

if TYPE_CHECKING:
    from services.agent.attachments import MessageMedia
    from services.agent.describing import Describing
    from services.bootstrap import Services
    from services.contacts.linking import Linking
    from services.contacts.privacy import Deletions, Exports
    from services.contacts.profiles import Profiles
    from services.ingest.backfill import Missing
    from services.ingest.service import Ingest


class People:
    """Built part by part from the services of one function."""

    def __init__(self, parts: "Services") -> None:
        self._parts = parts

    @functools.cached_property
    def missing(self) -> "Missing":
        """Messages that never came."""
        from services.ingest.backfill import Missing

        return Missing(
            self._parts.documents,
            self._parts.turn_looks,
            self._parts.instagram,
            self._parts.live_settings,
            self._parts.clock,
        )

    @functools.cached_property
    def profiles(self) -> "Profiles":
        """Who a person is, as Instagram tells it."""
        from services.contacts.profiles import Profiles

        return Profiles(self._parts.documents, self._parts.instagram, self._parts.clock)

    @functools.cached_property
    def linking(self) -> "Linking":
        """Account linking."""
        from services.contacts.linking import Linking

        return Linking(
            self._parts.documents,
            self._parts.delivery_tasks,
            self._parts.live_settings,
            self._parts.clock,
            self._parts.settings.account_id,
            self._parts.settings.public_url,
            secret_token,
        )

    @functools.cached_property
    def deletions(self) -> "Deletions":
        """Deleting a person's data."""
        from services.contacts.privacy import Deletions

        return Deletions(
            self._parts.documents,
            self._parts.clock,
            self._parts.ids,
            self._parts.settings.account_id,
        )

    @functools.cached_property
    def exports(self) -> "Exports":
        """Handing over a person's data."""
        from services.contacts.privacy import Exports

        return Exports(self._parts.documents, self._parts.clock)

    @functools.cached_property
    def media(self) -> "MessageMedia":
        """The pictures and voice notes of messages."""
        from urllib.parse import urlsplit

        from services.adapters.media import PublicMedia
        from services.agent.attachments import MessageMedia

        parts = self._parts
        trusted = ""
        if parts.settings.local:  # the emulator serves its media on this machine
            api = urlsplit(parts.settings.instagram_url)
            trusted = f"{api.scheme}://{api.netloc}"
        files = PublicMedia(parts.clock, trusted=trusted)
        return MessageMedia(files, parts.documents, parts.live_settings, parts.clock)

    @functools.cached_property
    def describing(self) -> "Describing":
        """Media in words, for whoever asks."""
        from services.agent.describing import Describing

        parts = self._parts
        return Describing(parts.documents, self.media, parts.model, parts.live_settings)

    @functools.cached_property
    def ingest(self) -> "Ingest":
        """Storing what Instagram sends."""
        parts = self._parts
        from services.ingest.echoes import Echoes
        from services.ingest.read_receipts import Receipts
        from services.ingest.service import Ingest
        from services.ingest.unhandled import Drawer

        return Ingest(
            parts.documents,
            parts.turn_tasks,
            parts.live_settings,
            Echoes(parts.documents, parts.delivery_looks, parts.live_settings),
            Receipts(parts.documents, parts.live_settings),
            Drawer(parts.documents, parts.turn_looks, parts.clock),
            parts.clock,
            parts.spread,
            parts.settings.clock_margin_seconds,
        )
