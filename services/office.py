"""The back office's use cases in one place: what `admin/` is given."""

from collections.abc import Callable
from dataclasses import dataclass

from services.office_access import OfficeAccess
from services.office_accounts import OfficeAccounts
from services.office_actions import OfficeActions
from services.office_again import OfficeAgain
from services.office_answers import OfficeAnswers
from services.office_contact import OfficeContact
from services.office_days import OfficeDays
from services.office_inbox import OfficeInbox
from services.office_live import OfficeLive
from services.office_operate import OfficeOperate
from services.office_playground import OfficePlayground
from services.office_prompt import OfficePrompt
from services.office_proxy import OfficeProxy
from services.office_replay import OfficeReplay
from services.office_sending import OfficeSending
from services.office_settings import OfficeSettings
from services.office_shelf import OfficeShelf
from services.office_suggest import OfficeSuggest
from services.office_thread import OfficeThread


@dataclass(frozen=True, slots=True)
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
