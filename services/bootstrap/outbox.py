"""What sends."""

import functools
from typing import TYPE_CHECKING

from services.bootstrap.accounts import AccountServices

if TYPE_CHECKING:
    from services.outbox.delivery import Delivery
    from services.outbox.manual import Manual


class OutboxServices(AccountServices):
    """And the services of `services.outbox`."""

    @functools.cached_property
    def delivery(self) -> "Delivery":
        """Sending what is queued."""
        from services.outbox.delivery import Delivery
        from services.outbox.pacing import Pacer

        return Delivery(
            documents=self.documents,
            deliveries=self.delivery_tasks,
            messenger=self.messenger,
            accounts=self.accounts,
            pacer=Pacer(documents=self.documents, clock=self.clock),
            settings=self.live_settings,
            clock=self.clock,
            ids=self.ids,
            clock_margin_seconds=self.settings.clock_margin_seconds,
        )

    @functools.cached_property
    def manual(self) -> "Manual":
        """Messages written by hand or by another service."""
        from services.outbox.manual import Manual

        return Manual(
            documents=self.documents,
            deliveries=self.delivery_looks,
            settings=self.live_settings,
            clock=self.clock,
            ids=self.ids,
        )
