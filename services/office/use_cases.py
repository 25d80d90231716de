"""The back office's use cases in one place: what `admin/` is given."""

from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Everything that the team can see and do."""

    access: OfficeAccess
    accounts: OfficeAccounts
    inbox: OfficeInbox
    thread: OfficeThread
    actions: OfficeActions
    sending: OfficeSending
    contact: OfficeContact
    again: OfficeAgain
    answers: OfficeAnswers
    live: OfficeLive
    settings: OfficeSettings
    prompt: OfficePrompt
    shelf: OfficeShelf
    operate: OfficeOperate
    replay: OfficeReplay
    playground: OfficePlayground
    days: OfficeDays
    proxy: OfficeProxy | None  #: None where no Identity-Aware Proxy stands before the office
    suggest: Callable[[], OfficeSuggest]  #: built when first asked: it needs the model
