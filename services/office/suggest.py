"""A draft of the agent's for an operator: nothing of it is stored, queued or counted as a turn."""

from dataclasses import dataclass

from services.agent.agent import Agent
from services.agent.draft import asked_for_draft
from services.agent.input import TurnInput
from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.ids import account_of
from services.domain.message import Message
from services.domain.states import Direction
from services.domain.text import Text
from services.errors import ModelError, Rejected
from services.ingest.edits import NOTES
from services.ports import Clock, Documents, Ids
from services.store.live_settings import SettingsCache
from services.store.messages import newest, still_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSuggest:
    """Asks the agent what it would say."""

    documents: Documents
    agent: Agent
    settings: SettingsCache
    clock: Clock
    ids: Ids

    def draft(self, thread_id: str) -> str:
        """What the agent would answer to what the person wrote last; somebody sends it as theirs.

        Raises `Rejected` where it would say nothing, and where no model answers.
        """
        conversation, contact = self.documents.get(
            paths.conversation(thread_id), paths.contact(thread_id)
        )
        view = self.settings.account(account_of(thread_id))
        settings = view.operation
        history = self._history(thread_id, settings.history_messages or 1)
        new = _unanswered(history)
        if conversation.fields is None or not new:
            raise Rejected(Text("There is nothing to answer: the last word is yours."))
        asked = TurnInput(
            thread=Conversation.from_doc(thread_id, conversation.fields),
            turn_id=self.ids.new(),
            messages=new,
            history=history,
            contact=contact.fields or {},
            settings=settings,
            learns=False,
            business=view.business,
        )
        try:
            decision = self.agent.decide(asked_for_draft(asked), lambda: None)
        except ModelError as error:
            raise Rejected(
                Text("The model gave no draft: %(reason)s", reason=str(error))
            ) from error
        text = "\n\n".join(bubble.text for bubble in decision.bubbles)
        if not text:
            raise Rejected(Text("The bot would say nothing here."))
        return text

    def _history(self, thread_id: str, size: int) -> list[Message]:
        found = newest(self.documents, thread_id, size)
        return [m for m in still_kept(found, self.clock.now()) if m.kind not in NOTES]


def _unanswered(history: list[Message]) -> list[Message]:
    """What the person wrote since somebody last answered."""
    new: list[Message] = []
    for message in reversed(history):
        if message.direction is Direction.OUTGOING:
            break
        if message.direction is Direction.INBOUND and (message.text or message.attachments):
            new.insert(0, message)
    return new
