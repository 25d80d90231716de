"""The part of the composition root for the back office, built once an instance of it."""

from typing import TYPE_CHECKING

from services.adapters import patterns
from services.office.access import KEPT_FOR, OfficeAccess
from services.office.accounts import OfficeAccounts
from services.office.actions import OfficeActions
from services.office.again import OfficeAgain
from services.office.answers import OfficeAnswers
from services.office.contact import OfficeContact
from services.office.days import OfficeDays
from services.office.inbox import OfficeInbox
from services.office.live import OfficeLive
from services.office.operate import OfficeOperate
from services.office.playground import OfficePlayground
from services.office.prompt import OfficePrompt
from services.office.proxy import OfficeProxy
from services.office.replay import OfficeReplay
from services.office.sending import OfficeSending
from services.office.settings import OfficeSettings
from services.office.shelf import OfficeShelf
from services.office.suggest import OfficeSuggest
from services.office.thread import OfficeThread
from services.office.use_cases import Office
from services.ttl_cache import TtlCache

if TYPE_CHECKING:
    from services.bootstrap.maintenance import MaintenanceServices


def office(parts: "MaintenanceServices") -> Office:
    """What the team sees and does."""
    documents, live_settings, clock, ids = (
        parts.documents,
        parts.live_settings,
        parts.clock,
        parts.ids,
    )
    settings = OfficeSettings(documents=documents, live=live_settings, clock=clock, ids=ids)
    return Office(
        access=OfficeAccess(
            documents=documents,
            clock=clock,
            ids=ids,
            admin_token=parts.settings.admin_token,
            operators=TtlCache(clock=clock, ttl=KEPT_FOR),
        ),
        accounts=OfficeAccounts(
            documents=documents,
            own=parts.settings.account_id,
            states=parts.accounts,
            upkeep=lambda: parts.upkeep,
            settings=live_settings,
            clock=clock,
            ids=ids,
        ),
        inbox=OfficeInbox(documents=documents, clock=clock),
        thread=OfficeThread(documents=documents, clock=clock, ids=ids),
        actions=OfficeActions(documents=documents, settings=live_settings, clock=clock, ids=ids),
        sending=OfficeSending(
            documents=documents, manual=parts.manual, uploads=parts.instagram, clock=clock, ids=ids
        ),
        contact=OfficeContact(documents=documents, clock=clock, ids=ids),
        again=OfficeAgain(
            documents=documents,
            turns=parts.turn_looks,
            settings=live_settings,
            clock=clock,
            ids=ids,
        ),
        answers=OfficeAnswers(
            documents=documents,
            knowledge=lambda: parts.knowledge,
            patterns=patterns.read,
            clock=clock,
            ids=ids,
        ),
        live=OfficeLive(documents=documents, clock=clock),
        settings=settings,
        prompt=OfficePrompt(documents=documents, settings=settings),
        shelf=OfficeShelf(documents=documents, clock=clock, ids=ids),
        operate=OfficeOperate(documents=documents, clock=clock),
        replay=OfficeReplay(
            documents=documents,
            ingest=lambda: parts.ingest,
            settings=live_settings,
            clock=clock,
            ids=ids,
        ),
        playground=OfficePlayground(
            documents=documents,
            ingest=lambda: parts.ingest,
            deletions=lambda: parts.deletions,
            clock=clock,
            ids=ids,
        ),
        days=OfficeDays(documents=documents, days=parts.days, clock=clock),
        proxy=_proxy(parts),
        suggest=lambda: OfficeSuggest(
            documents=documents, agent=parts.agent, settings=live_settings, clock=clock, ids=ids
        ),
    )


def _proxy(parts: "MaintenanceServices") -> OfficeProxy | None:
    settings = parts.settings
    if not settings.iap_audience:
        return None
    from services.adapters.proxy_keys import ProxyAssertions

    return OfficeProxy(
        documents=parts.documents,
        assertions=ProxyAssertions(settings.iap_keys_url, parts.clock),
        clock=parts.clock,
        audience=settings.iap_audience,
    )
