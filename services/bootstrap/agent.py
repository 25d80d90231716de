"""The agent, and what it looks at."""

import functools
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services.bootstrap.ingest import IngestServices

if TYPE_CHECKING:
    from services.adapters.spond import Spond
    from services.agent.agent import Agent
    from services.agent.attachments import MessageMedia
    from services.agent.describing import Describing
    from services.agent.export import Exporting
    from services.agent.knowledge import Knowledge
    from services.turns.turn import Turns


class AgentServices(IngestServices):
    """And the services of `services.agent` and `services.turns`."""

    @functools.cached_property
    def media(self) -> "MessageMedia":
        """The pictures and voice notes of messages."""
        from services.adapters.media import PublicMedia
        from services.agent.attachments import MessageMedia

        trusted = ""
        if self.settings.local:  # the emulator serves its media on this machine
            api = urlsplit(self.settings.instagram_url)
            trusted = f"{api.scheme}://{api.netloc}"
        return MessageMedia(
            files=PublicMedia(self.clock, trusted=trusted),
            documents=self.documents,
            settings=self.live_settings,
            clock=self.clock,
        )

    @functools.cached_property
    def describing(self) -> "Describing":
        """Media in words, for whoever asks."""
        from services.agent.describing import Describing

        return Describing(
            documents=self.documents,
            media=self.media,
            model=self.model,
            settings=self.live_settings,
        )

    @functools.cached_property
    def knowledge(self) -> "Knowledge":
        """What the business has written down, kept and searched."""
        from services.agent.knowledge import Knowledge

        return Knowledge(
            documents=self.documents, settings=self.live_settings, embedder=self._gemini
        )

    @functools.cached_property
    def exporting(self) -> "Exporting":
        """Making tests out of real turns."""
        from services.agent.export import Exporting

        return Exporting(documents=self.documents, settings=self.live_settings, clock=self.clock)

    @functools.cached_property
    def _calendar(self) -> "Spond | None":
        """The club's calendar, where a login is given."""
        settings = self.settings
        if not (settings.spond_username and settings.spond_password):
            return None
        from services.adapters.spond import Spond

        return Spond(
            settings.spond_url,
            settings.spond_username,
            settings.spond_password,
            settings.spond_group,
            self.clock,
        )

    @functools.cached_property
    def agent(self) -> "Agent":
        """Deciding what to do about new messages."""
        from services.adapters import patterns
        from services.agent.agent import Agent
        from services.agent.budget import Budget
        from services.agent.rules import Rules
        from tools import TOOLS

        return Agent(
            documents=self.documents,
            clock=self.clock,
            ids=self.ids,
            tools=TOOLS,
            rules=Rules(documents=self.documents, clock=self.clock, patterns=patterns.read),
            budget=Budget(documents=self.documents, clock=self.clock),
            model=self.model,
            calendar=self._calendar,
            knowledge=self.knowledge,
            media=self.media,
        )

    @functools.cached_property
    def turns(self) -> "Turns":
        """Answering what waits in a thread."""
        from services.turns.turn import Turns

        return Turns(
            documents=self.documents,
            looks=self.turn_looks,
            deliveries=self.delivery_looks,
            settings=self.live_settings,
            agent=self.agent,
            missing=self.missing,
            profiles=self.profiles,
            linking=self.linking,
            clock=self.clock,
            ids=self.ids,
        )
