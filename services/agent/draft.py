"""A turn that only drafts: what it is asked, and what is left of its decision.

A draft is asked for as if the bot had the conversation, and nothing of its turn leaves the system:
no bubble, no reaction, no alert, no record of the person.
"""

from dataclasses import replace

from services.agent.input import TurnInput
from services.domain.decision import Decision, Suggestion
from services.domain.states import Owner


def asked_for_draft(asked: TurnInput) -> TurnInput:
    """The question without what is said of machines and handovers: a person will send it."""
    open_thread = replace(asked.thread, owner=Owner.BOT, owner_until=None, boundary_at=None)
    settings = replace(asked.settings, disclosure="", handoff_text="")
    return replace(asked, thread=open_thread, settings=settings)


def only_drafted(decision: Decision, asked: TurnInput) -> Decision:
    """What is left of a decision that nobody but an operator may carry out."""
    suggestion = Suggestion(
        text="\n\n".join(bubble.text for bubble in decision.bubbles),
        about=max(m.received_at or m.created_at for m in asked.messages),
        handoff=decision.handoff.reason if decision.handoff else "",
        turn_id=asked.turn_id,
    )
    return Decision(
        suggestion=suggestion,
        summary=decision.summary,
        summary_until=decision.summary_until,
        descriptions=decision.descriptions,
        prompt=decision.prompt,
        reason="drafted",
        trace=decision.trace,
    )
