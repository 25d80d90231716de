"""Where each kind of document is stored: the only module that spells a path of the store.

`docs/data.md` says what every kind is for.
"""

from datetime import date

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
DEFAULT_SETTINGS = f"{SETTINGS}/default"
#: The canned answers of the whole team.
CANNED = "canned/all"
#: How fast WhatsApp messages may follow each other.
WHATSAPP_PACING = f"{PACING}/whatsapp"


def conversation(thread_id: str) -> str:
    """A thread."""
    return f"{CONVERSATIONS}/{thread_id}"


def messages(thread_id: str) -> str:
    """The collection of a thread's messages, either direction."""
    return f"{CONVERSATIONS}/{thread_id}/{MESSAGES}"


def message(thread_id: str, message_id: str) -> str:
    """One message of a thread."""
    return f"{CONVERSATIONS}/{thread_id}/{MESSAGES}/{message_id}"


def turn(thread_id: str, turn_id: str) -> str:
    """What a turn did."""
    return f"{CONVERSATIONS}/{thread_id}/{TURNS}/{turn_id}"


def below(thread_id: str, collection: str) -> str:
    """A collection below a thread, by its name."""
    return f"{CONVERSATIONS}/{thread_id}/{collection}"


def receipt(thread_id: str, name: str) -> str:
    """A read receipt as it came."""
    return f"{CONVERSATIONS}/{thread_id}/{RECEIPTS}/{name}"


def media(thread_id: str, message_id: str, number: int) -> str:
    """A fetched file: the attachment of that number of a message."""
    return f"{CONVERSATIONS}/{thread_id}/{MEDIA}/{message_id}-{number}"


def contact(thread_id: str) -> str:
    """The person of a thread."""
    return f"{CONTACTS}/{thread_id}"


def presence(thread_id: str) -> str:
    """Who has a thread open in the back office."""
    return f"{PRESENCE}/{thread_id}"


def account(account_id: str) -> str:
    """An Instagram account."""
    return f"{ACCOUNTS}/{account_id}"


def settings(scope: str) -> str:
    """The operating settings of an account, or of `default`."""
    return f"{SETTINGS}/{scope}"


def pacing(account_id: str) -> str:
    """The sending slots of an account."""
    return f"{PACING}/{account_id}"


def day(account_id: str, on: date) -> str:
    """A day of an account in numbers."""
    return f"{DAYS}/{account_id}_{on.isoformat()}"


def alert(name: str) -> str:
    """What the manager is to be told."""
    return f"{ALERTS}/{name}"


def audit(entry_id: str) -> str:
    """Who did what."""
    return f"{AUDIT}/{entry_id}"


def deletion(code: str) -> str:
    """A deletion under way or done."""
    return f"{DELETIONS}/{code}"


def knowledge(entry_id: str) -> str:
    """An entry that the agent may look up."""
    return f"{KNOWLEDGE}/{entry_id}"


def missing(name: str) -> str:
    """A message that never came and is asked for."""
    return f"{MISSING}/{name}"


def operator(operator_id: str) -> str:
    """Somebody who may enter the back office."""
    return f"{OPERATORS}/{operator_id}"


def prompt(version: str) -> str:
    """The exact instructions of a version."""
    return f"{PROMPTS}/{version}"


def rule(rule_id: str) -> str:
    """A keyword answer."""
    return f"{RULES}/{rule_id}"


def sign_in_tries(source: str) -> str:
    """Failed sign-ins from a source, or from `all`."""
    return f"{SIGN_IN_TRIES}/{source}"


def token(hashed: str) -> str:
    """A link's token, by its hash."""
    return f"{TOKENS}/{hashed}"


def unhandled(name: str) -> str:
    """An event that no rule knew."""
    return f"{UNHANDLED}/{name}"


def views(operator_id: str) -> str:
    """The saved filters of an operator."""
    return f"{VIEWS}/{operator_id}"
