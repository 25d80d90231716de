"""What takes in what Instagram sends, or should have sent."""

import functools
from typing import TYPE_CHECKING

from services.bootstrap.contacts import ContactServices

if TYPE_CHECKING:
    from services.ingest.backfill import Missing
    from services.ingest.catch_up import CatchUp
    from services.ingest.service import Ingest


class IngestServices(ContactServices):
    """And the services of `services.ingest`."""

    @functools.cached_property
    def ingest(self) -> "Ingest":
        """Storing what Instagram sends."""
        from services.ingest.echoes import Echoes
        from services.ingest.read_receipts import Receipts
        from services.ingest.service import Ingest
        from services.ingest.unhandled import UnhandledEvents

        documents, settings = self.documents, self.live_settings
        return Ingest(
            documents=documents,
            tasks=self.turn_tasks,
            settings=settings,
            echoes=Echoes(documents=documents, deliveries=self.delivery_looks, settings=settings),
            receipts=Receipts(documents=documents, settings=settings),
            drawer=UnhandledEvents(
                documents=documents, backfills=self.backfill_looks, clock=self.clock
            ),
            clock=self.clock,
            spread=self.spread,
            clock_margin_seconds=self.settings.clock_margin_seconds,
        )

    @functools.cached_property
    def missing(self) -> "Missing":
        """Messages that never came."""
        from services.ingest.backfill import Missing

        return Missing(
            documents=self.documents,
            turns=self.turn_looks,
            backfills=self.backfill_looks,
            graph=self.instagram,
            settings=self.live_settings,
            clock=self.clock,
        )

    @functools.cached_property
    def catch_up(self) -> "CatchUp":
        """Messages whose webhook never came."""
        from services.ingest.catch_up import CatchUp

        return CatchUp(
            documents=self.documents,
            history=self.instagram,
            ingest=self.ingest,
            settings=self.live_settings,
            clock=self.clock,
        )
