"""What runs by the clock, and what tells the manager."""

import functools
from typing import TYPE_CHECKING

from services.bootstrap.agent import AgentServices

if TYPE_CHECKING:
    from services.adapters.whatsapp import WhatsApp
    from services.maintenance.daily_stats import Days
    from services.maintenance.manager_alerts import Alerts
    from services.maintenance.sweep import Sweep
    from services.maintenance.upkeep import Upkeep


class MaintenanceServices(AgentServices):
    """And the services of `services.maintenance`."""

    @functools.cached_property
    def _phone(self) -> "WhatsApp | None":
        """WhatsApp, where it is configured."""
        settings = self.settings
        if not (settings.whatsapp_token and settings.whatsapp_number_id):
            return None
        from services.adapters.whatsapp import WhatsApp

        token = settings.whatsapp_token
        return WhatsApp(settings.whatsapp_url, settings.whatsapp_number_id, token)

    @functools.cached_property
    def alerts(self) -> "Alerts":
        """Telling the manager."""
        from services.maintenance.manager_alerts import Alerts, Manager

        settings = self.settings
        return Alerts(
            documents=self.documents,
            phone=self._phone,
            manager=Manager(
                number=settings.manager_number,
                number_id=settings.whatsapp_number_id,
                template=settings.whatsapp_template,
                language=settings.whatsapp_language,
            ),
            settings=self.live_settings,
            own_account=settings.account_id,
            clock=self.clock,
            ids=self.ids,
        )

    @functools.cached_property
    def days(self) -> "Days":
        """Counting days."""
        from services.maintenance.daily_stats import Days

        return Days(documents=self.documents, clock=self.clock)

    @functools.cached_property
    def upkeep(self) -> "Upkeep":
        """The sweep's hourly part."""
        from services.maintenance.upkeep import Upkeep

        return Upkeep(
            documents=self.documents,
            tokens=self.tokens,
            health=self.health,
            catch_up=self.catch_up,
            days=self.days,
            own_account=self.settings.account_id,
            clock=self.clock,
        )

    @functools.cached_property
    def sweep(self) -> "Sweep":
        """Periodic repair."""
        from services.maintenance.sweep import Sweep

        return Sweep(
            documents=self.documents,
            turns=self.turn_looks,
            deliveries=self.delivery_looks,
            settings=self.live_settings,
            clock=self.clock,
        )
