"""What looks after the accounts."""

import functools
from typing import TYPE_CHECKING

from services.bootstrap.platform import Platform

if TYPE_CHECKING:
    from services.accounts.health import Health
    from services.accounts.openers import Openers
    from services.accounts.service import Accounts
    from services.accounts.tokens import Tokens


class AccountServices(Platform):
    """The platform, and the services of `services.accounts`."""

    @functools.cached_property
    def accounts(self) -> "Accounts":
        """What stops an account's sending, and sets it going again."""
        from services.accounts.service import Accounts

        return Accounts(
            documents=self.documents,
            turns=self.turn_looks,
            deliveries=self.delivery_looks,
            clock=self.clock,
            ids=self.ids,
        )

    @functools.cached_property
    def tokens(self) -> "Tokens":
        """Access tokens, renewed and replaced."""
        from services.accounts.tokens import Tokens
        from services.adapters.secrets import token_secret

        return Tokens(
            documents=self.documents,
            secrets=self.secrets,
            issuer=self.instagram,
            accounts=self.accounts,
            secret_name=token_secret,
            clock=self.clock,
        )

    @functools.cached_property
    def health(self) -> "Health":
        """Whether the connections to Instagram work."""
        from services.accounts.health import Health

        return Health(documents=self.documents, connection=self.instagram, clock=self.clock)

    @functools.cached_property
    def openers(self) -> "Openers":
        """Ice breakers and menus of the accounts."""
        from services.accounts.openers import Openers

        return Openers(menus=self.instagram)
