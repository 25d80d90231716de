"""The part of the composition root that looks after the accounts and tells the manager."""

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.accounts.health import Health
    from services.accounts.openers import Openers
    from services.accounts.tokens import Tokens
    from services.adapters.whatsapp import WhatsApp
    from services.bootstrap import Services
    from services.ingest.catch_up import CatchUp
    from services.maintenance.manager_alerts import Alerts
    from services.maintenance.upkeep import Upkeep


class Care:
    """Built part by part from the services of one function."""

    def __init__(self, parts: "Services") -> None:
        self._parts = parts

    @functools.cached_property
    def alerts(self) -> "Alerts":
        """Telling the manager."""
        from services.maintenance.manager_alerts import Alerts, Manager

        parts, settings = self._parts, self._parts.settings
        manager = Manager(
            number=settings.manager_number,
            number_id=settings.whatsapp_number_id,
            template=settings.whatsapp_template,
            language=settings.whatsapp_language,
        )
        return Alerts(
            parts.documents,
            self._phone,
            manager,
            parts.live_settings,
            settings.account_id,
            parts.clock,
            parts.ids,
        )

    @functools.cached_property
    def _phone(self) -> "WhatsApp | None":
        """WhatsApp, where it is configured."""
        settings = self._parts.settings
        if not (settings.whatsapp_token and settings.whatsapp_number_id):
            return None
        from services.adapters.whatsapp import WhatsApp

        token = settings.whatsapp_token
        return WhatsApp(settings.whatsapp_url, settings.whatsapp_number_id, token)

    @functools.cached_property
    def tokens(self) -> "Tokens":
        """Access tokens, renewed and replaced."""
        from services.accounts.tokens import Tokens
        from services.adapters.secrets import token_secret

        parts = self._parts
        return Tokens(
            parts.documents,
            parts.secrets,
            parts.instagram,
            parts.accounts,
            token_secret,
            parts.clock,
        )

    @functools.cached_property
    def health(self) -> "Health":
        """Whether the connections to Instagram work."""
        from services.accounts.health import Health

        return Health(self._parts.documents, self._parts.instagram, self._parts.clock)

    @functools.cached_property
    def catch_up(self) -> "CatchUp":
        """Messages whose webhook never came."""
        from services.ingest.catch_up import CatchUp

        parts = self._parts
        return CatchUp(
            parts.documents, parts.instagram, parts.ingest, parts.live_settings, parts.clock
        )

    @functools.cached_property
    def openers(self) -> "Openers":
        """Ice breakers and menus of the accounts."""
        from services.accounts.openers import Openers

        return Openers(self._parts.instagram)

    @functools.cached_property
    def upkeep(self) -> "Upkeep":
        """The sweep's hourly part."""
        from services.maintenance.upkeep import Upkeep

        return Upkeep(
            self._parts.documents,
            self.tokens,
            self.health,
            self.catch_up,
            self._parts.days,
            self._parts.settings.account_id,
            self._parts.clock,
        )
