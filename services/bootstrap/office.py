"""The part of the composition root for the back office, built once an instance of it."""

from typing import TYPE_CHECKING

from services.adapters import patterns
from services.office.access import OfficeAccess
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

if TYPE_CHECKING:
    from services.bootstrap import Services


def office(parts: "Services") -> Office:
    """What the team sees and does."""
    documents, clock, ids = parts.documents, parts.clock, parts.ids
    settings = OfficeSettings(documents, parts.live_settings, clock, ids)
    return Office(
        access=OfficeAccess(documents, clock, ids, parts.settings.admin_token),
        accounts=OfficeAccounts(
            documents,
            parts.settings.account_id,
            parts.accounts,
            lambda: parts.care.upkeep,
            parts.live_settings,
            clock,
            ids,
        ),
        inbox=OfficeInbox(documents, clock),
        thread=OfficeThread(documents, clock, ids),
        actions=OfficeActions(documents, parts.live_settings, clock, ids),
        sending=OfficeSending(documents, parts.manual, parts.instagram, clock, ids),
        contact=OfficeContact(documents, clock, ids),
        again=OfficeAgain(documents, parts.turn_looks, parts.live_settings, clock, ids),
        answers=OfficeAnswers(documents, lambda: parts.knowledge, patterns.read, clock, ids),
        live=OfficeLive(documents, clock),
        settings=settings,
        prompt=OfficePrompt(documents, settings),
        shelf=OfficeShelf(documents, clock, ids),
        operate=OfficeOperate(documents, clock),
        replay=OfficeReplay(documents, lambda: parts.ingest, parts.live_settings, clock, ids),
        playground=OfficePlayground(
            documents, lambda: parts.ingest, lambda: parts.people.deletions, clock, ids
        ),
        days=OfficeDays(documents, parts.days, clock),
        proxy=_proxy(parts),
        suggest=lambda: OfficeSuggest(documents, parts.agent, parts.live_settings, clock, ids),
    )


def _proxy(parts: "Services") -> OfficeProxy | None:
    settings = parts.settings
    if not settings.iap_audience:
        return None
    from services.adapters.proxy_keys import ProxyAssertions

    assertions = ProxyAssertions(settings.iap_keys_url, parts.clock)
    return OfficeProxy(parts.documents, assertions, parts.clock, settings.iap_audience)
