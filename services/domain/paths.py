"""Where each kind of document is stored, and which fields it has.

The only module that spells a path of the store; `docs/data.md` says what every kind is for.
"""

from datetime import date

from services.domain.account import AccountFields
from services.domain.alerting import AlertFields
from services.domain.contact import ContactFields
from services.domain.conversation import ConversationFields
from services.domain.documents import Fields, Path
from services.domain.fields import (
    AuditFields,
    DeletionFields,
    KnowledgeFields,
    MediaFields,
    MissingFields,
    OperatorFields,
    PacingFields,
    PromptFields,
    ReceiptFields,
    RuleFields,
    ShelfFields,
    UnhandledFields,
)
from services.domain.linking import TokenFields
from services.domain.message import MessageFields
from services.domain.throttle import TriesFields

CONVERSATIONS = "conversations"
#: Collections below a conversation.
MESSAGES, TURNS, RECEIPTS, MEDIA = "messages", "turns", "receipts", "media"
CONTACTS = "contacts"
ACCOUNTS = "accounts"
ALERTS = "manager_alerts"
AUDIT = "audit"
DAYS = "days"
DELETIONS = "deletions"
KNOWLEDGE = "knowledge"
MISSING = "missing_messages"
OPERATORS = "operators"
PRESENCE = "presence"
PROMPTS = "prompt_versions"
PACING = "pacing"
RULES = "rules"
SETTINGS = "settings"
SIGN_IN_TRIES = "sign_in_tries"
TOKENS = "verification_tokens"
UNHANDLED = "unhandled_events"
VIEWS = "views"

#: The settings that count for every account.
DEFAULT_SETTINGS = Path[Fields](f"{SETTINGS}/default")
#: The canned answers of the whole team.
CANNED = Path[ShelfFields]("canned/all")
#: How fast WhatsApp messages may follow each other.
WHATSAPP_PACING = Path[PacingFields](f"{PACING}/whatsapp")


def conversation(thread_id: str) -> Path[ConversationFields]:
    """A thread."""
    return Path(f"{CONVERSATIONS}/{thread_id}")


def messages(thread_id: str) -> str:
    """The collection of a thread's messages, either direction."""
    return f"{CONVERSATIONS}/{thread_id}/{MESSAGES}"


def message(thread_id: str, message_id: str) -> Path[MessageFields]:
    """One message of a thread."""
    return Path(f"{CONVERSATIONS}/{thread_id}/{MESSAGES}/{message_id}")


def turn(thread_id: str, turn_id: str) -> Path[Fields]:
    """What a turn did."""
    return Path(f"{CONVERSATIONS}/{thread_id}/{TURNS}/{turn_id}")


def below(thread_id: str, collection: str) -> str:
    """A collection below a thread, by its name."""
    return f"{CONVERSATIONS}/{thread_id}/{collection}"


def receipt(thread_id: str, name: str) -> Path[ReceiptFields]:
    """A read receipt as it came."""
    return Path(f"{CONVERSATIONS}/{thread_id}/{RECEIPTS}/{name}")


def media(thread_id: str, message_id: str, number: int) -> Path[MediaFields]:
    """A fetched file: the attachment of that number of a message."""
    return Path(f"{CONVERSATIONS}/{thread_id}/{MEDIA}/{message_id}-{number}")


def contact(thread_id: str) -> Path[ContactFields]:
    """The person of a thread."""
    return Path(f"{CONTACTS}/{thread_id}")


def presence(thread_id: str) -> Path[Fields]:
    """Who has a thread open in the back office."""
    return Path(f"{PRESENCE}/{thread_id}")


def account(account_id: str) -> Path[AccountFields]:
    """An Instagram account."""
    return Path(f"{ACCOUNTS}/{account_id}")


def settings(scope: str) -> Path[Fields]:
    """The operating settings of an account, or of `default`."""
    return Path(f"{SETTINGS}/{scope}")


def pacing(account_id: str) -> Path[PacingFields]:
    """The sending slots of an account."""
    return Path(f"{PACING}/{account_id}")


def day(account_id: str, on: date) -> Path[Fields]:
    """A day of an account in numbers."""
    return Path(f"{DAYS}/{account_id}_{on.isoformat()}")


def alert(name: str) -> Path[AlertFields]:
    """What the manager is to be told."""
    return Path(f"{ALERTS}/{name}")


def audit(entry_id: str) -> Path[AuditFields]:
    """Who did what."""
    return Path(f"{AUDIT}/{entry_id}")


def deletion(code: str) -> Path[DeletionFields]:
    """A deletion under way or done."""
    return Path(f"{DELETIONS}/{code}")


def knowledge(entry_id: str) -> Path[KnowledgeFields]:
    """An entry that the agent may look up."""
    return Path(f"{KNOWLEDGE}/{entry_id}")


def missing(name: str) -> Path[MissingFields]:
    """A message that never came and is asked for."""
    return Path(f"{MISSING}/{name}")


def operator(operator_id: str) -> Path[OperatorFields]:
    """Somebody who may enter the back office."""
    return Path(f"{OPERATORS}/{operator_id}")


def prompt(version: str) -> Path[PromptFields]:
    """The exact instructions of a version."""
    return Path(f"{PROMPTS}/{version}")


def rule(rule_id: str) -> Path[RuleFields]:
    """A keyword answer."""
    return Path(f"{RULES}/{rule_id}")


def sign_in_tries(source: str) -> Path[TriesFields]:
    """Failed sign-ins from a source, or from `all`."""
    return Path(f"{SIGN_IN_TRIES}/{source}")


def token(hashed: str) -> Path[TokenFields]:
    """A link's token, by its hash."""
    return Path(f"{TOKENS}/{hashed}")


def unhandled(name: str) -> Path[UnhandledFields]:
    """An event that no rule knew."""
    return Path(f"{UNHANDLED}/{name}")


def views(operator_id: str) -> Path[ShelfFields]:
    """The saved filters of an operator."""
    return Path(f"{VIEWS}/{operator_id}")
