"""What concerns people, beside their messages."""

import functools
from typing import TYPE_CHECKING

from services.adapters.chance import secret_token
from services.bootstrap.outbox import OutboxServices

if TYPE_CHECKING:
    from services.contacts.linking import Linking
    from services.contacts.privacy import Deletions, Exports
    from services.contacts.profiles import Profiles


class ContactServices(OutboxServices):
    """And the services of `services.contacts`."""

    @functools.cached_property
    def profiles(self) -> "Profiles":
        """Who a person is, as Instagram tells it."""
        from services.contacts.profiles import Profiles

        return Profiles(documents=self.documents, graph=self.instagram, clock=self.clock)

    @functools.cached_property
    def linking(self) -> "Linking":
        """Account linking."""
        from services.contacts.linking import Linking

        return Linking(
            documents=self.documents,
            deliveries=self.delivery_tasks,
            settings=self.live_settings,
            clock=self.clock,
            account_id=self.settings.account_id,
            public_url=self.settings.public_url,
            new_token=secret_token,
        )

    @functools.cached_property
    def deletions(self) -> "Deletions":
        """Deleting a person's data."""
        from services.contacts.privacy import Deletions

        return Deletions(
            documents=self.documents,
            clock=self.clock,
            ids=self.ids,
            account_id=self.settings.account_id,
        )

    @functools.cached_property
    def exports(self) -> "Exports":
        """Handing over a person's data."""
        from services.contacts.privacy import Exports

        return Exports(documents=self.documents, clock=self.clock)
