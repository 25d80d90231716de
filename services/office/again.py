"""Answering once more what was given up."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain import paths
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import SERVER_TIME, Increment, Minimum, Snapshot, Write
from services.domain.ids import account_of
from services.domain.instants import to_ms
from services.domain.message import Message, MessageFields
from services.domain.policy import BOT_OFF, Skip, next_step
from services.domain.schedule import RELEASE_GRACE
from services.domain.states import Direction, Status
from services.domain.text import Text
from services.errors import Rejected
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit
from services.store.live_settings import SettingsCache
from services.tasks import ThreadTasks

#: What a person does first, by the reason for which a turn would pass the message over.
_FIRST = {
    "closed": Text("Reopen the conversation first."),
    "opted_out": Text("This person wants no answers from the bot."),
    BOT_OFF: Text("Switch the bot on first."),
    "window_closed": Text("It is too late: Instagram takes no answer of a bot any more."),
}
_HAND_BACK = Text("Hand the conversation back first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAgain:
    """Gives a message that was given up to a turn again."""

    documents: Documents
    turns: ThreadTasks
    settings: SettingsCache
    clock: Clock
    ids: Ids

    def answer(self, thread_id: str, message_id: str, by: Operator) -> None:
        """The message waits for a turn as if it had just come; its place stays the old one.

        Raises `Rejected` where no turn would answer it: it stays in the list of what was given up.
        """
        thread_path = paths.conversation(thread_id)
        path = paths.message(thread_id, message_id)
        now, entry_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            thread, message = reads.get(thread_path, path)
            self._require_answer(thread, message)
            # Whatever lies between then and now, a change of hands also, does not count for it.
            waits: MessageFields = {
                "status": Status.PENDING,
                "attempts": 0,
                "error": None,
                "received_at": SERVER_TIME,
            }
            conversation: ConversationFields = {
                "due_at": Minimum(to_ms(now + RELEASE_GRACE)),
                "inbound_seq": Increment(1),  # a turn that is under way leaves its end to another
                "updated_at": SERVER_TIME,
            }
            record = audit.entry(entry_id, now, by, "answer_again", path, thread_id=thread_id)
            return None, [path.update(waits), thread_path.update(conversation), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))
        self.turns.soon(thread_id, entry_id)

    def _require_answer(self, thread: Snapshot, message: Snapshot) -> None:
        fields = message.fields or {}
        given_up = fields.get("status") == Status.FAILED
        if thread.fields is None or fields.get("direction") != Direction.INBOUND or not given_up:
            raise Rejected(Text("There is no such message that was given up."))
        settings = self.settings.account(account_of(thread.id)).operation
        conversation = Conversation.from_doc(thread.id, thread.fields)
        anew = Message.from_doc(message.id, {**fields, "attempts": 0, "received_at": None})
        step = next_step(conversation, [anew], settings, self.clock.now())
        if isinstance(step, Skip):
            raise Rejected(_FIRST.get(step.reason, _HAND_BACK))
