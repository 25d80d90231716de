"""Whether an item of a thread's line may go, and as what: decided again before every call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain import bot
from services.domain.account import Account
from services.domain.bot import Bot
from services.domain.call import Call
from services.domain.conversation import Conversation
from services.domain.message import Message, MessageFields
from services.domain.playground import NOT_SENT, is_playground
from services.domain.states import Role, Status
from services.domain.text import Text

#: So long a human may write, with the Human Agent permission (Instagram Platform documentation).
HUMAN_WINDOW = timedelta(days=7)

SWITCHED_OFF = Text("the bot was switched off before it was sent")
WINDOW_CLOSED = Text("24 h since the person's last message are over")
HUMAN_WINDOW_CLOSED = Text("7 days since the person's last message are over")
NO_PERMISSION = Text(
    "24 h since the person's last message are over, and the app does not have Meta's Human Agent "
    "permission"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`dropped` holds the fields of an item that must not go; None lets it go."""

    dropped: MessageFields | None = None
    human_agent: bool = False


def check_sendable(
    thread: Conversation, account: Account, item: Message, now: datetime, accounts_bot: str = ""
) -> Verdict:
    """Whether `item` may go now; `accounts_bot` is what the settings say of the account's bot."""
    if item.status is not Status.QUEUED:
        return Verdict({})
    if item.role is Role.BOT and item.owner_epoch != thread.owner_epoch:
        return _cancelled(Text("the thread changed its owner"))
    if is_playground(thread.thread_id):
        return _cancelled(NOT_SENT)
    if item.role is Role.BOT and bot.mode(thread.bot, accounts_bot) is not Bot.ON:
        return _cancelled(SWITCHED_OFF)
    if thread.opted_out and item.role is not Role.HUMAN:
        return _cancelled(Text("the person has opted out"))
    if thread.window_open(now):
        return Verdict()
    refusal = human_agent_refusal(thread, account, now) if item.operator else WINDOW_CLOSED
    if refusal is not None:
        return Verdict({"status": Status.FAILED, "error": refusal})
    return Verdict(human_agent=True)


def refusal_of(
    thread: Conversation, account: Account, now: datetime, *, by_person: bool
) -> Text | None:
    """Why a message cannot be sent to the thread now, or None: decided before it is queued."""
    if thread.last_inbound_at is None:
        return Text("Instagram lets a business write only after the person has written.")
    if thread.opted_out and not by_person:
        return Text("The person has opted out of messages.")
    if thread.window_open(now):
        return None
    if not by_person:
        return Text("%(why)s: only a person of the team may write now.", why=WINDOW_CLOSED)
    return human_agent_refusal(thread, account, now)


def human_agent_refusal(thread: Conversation, account: Account, now: datetime) -> Text | None:
    """Why a signed-in operator may not write after the 24 h, or None."""
    if thread.last_inbound_at is None or now >= thread.last_inbound_at + HUMAN_WINDOW:
        return HUMAN_WINDOW_CLOSED
    return None if account.human_agent else NO_PERMISSION


def call_of(thread: Conversation, item: Message, *, human_agent: bool) -> Call:
    """The call that sends the item."""
    if item.kind == "reaction":
        return Call(igsid=thread.igsid, reaction=item.reaction, target_mid=item.target_mid)
    return Call(
        igsid=thread.igsid,
        text=item.text,
        attachment=item.attachments[0] if item.attachments else None,
        reply_to_mid=item.reply_to_mid,
        quick_replies=item.quick_replies,
        human_agent=human_agent,
    )


def _cancelled(reason: Text) -> Verdict:
    return Verdict({"status": Status.CANCELLED, "error": reason})
