"""From how a turn ended to the decision: disclosure, fixed texts, the trace."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.agent import guards
from services.agent.asking import ModelUsage
from services.agent.context import PromptContext
from services.agent.input import TurnInput
from services.agent.loop import Run
from services.agent.rules import Rule
from services.agent.summary import Summary
from services.agent.trace import trace
from services.domain.decision import Bubble, Decision, Handoff, HandoffReason
from services.ports import Clock


@dataclass(slots=True)
class Deciding:
    """One turn on its way to a decision."""

    asked: TurnInput
    shown: PromptContext
    clock: Clock
    started_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.started_at = self.clock.now()

    def rate_limited(self) -> Decision:
        """The person wrote more than anybody may: silence, and one word to the manager."""
        settings, thread = self.asked.settings, self.asked.thread
        first = thread.turns_counted == settings.turns_per_hour
        words = (
            f"Somebody had {settings.turns_per_hour} answers within an hour; what they write until "
            "it is over stays unanswered."
        )
        decision = Decision(reason="rate_limited", alerts=(words,) if first else ())
        return self._finished(decision, "limit", ModelUsage(), None)

    def by_rule(self, rule: Rule) -> Decision:
        """What the owner's rule says."""
        if rule.action == "hand_to_human":
            return self.handed_off("customer_request", f"Rule {rule.id}", engine="rules")
        bubbles = (Bubble(rule.reply),) if rule.action == "reply" and rule.reply.strip() else ()
        decision = Decision(bubbles=bubbles, reason=f"rule:{rule.id}")
        return self._finished(decision, "rules", ModelUsage(), None)

    def handed_off(self, reason: HandoffReason, note: str, *, engine: str = "gemini") -> Decision:
        """A human must go on, and the person is told so."""
        decision = Decision(handoff=Handoff(reason, note), reason=f"handoff:{reason}")
        return self._finished(decision, engine, ModelUsage(), None)

    def superseded(self, spent: ModelUsage) -> Decision:
        """Nothing, for newer messages came; what was asked until then is paid for."""
        return self._finished(Decision(reason="superseded"), "gemini", spent, None)

    def by_model(
        self,
        run: Run,
        spent: ModelUsage,
        summary: Summary | None,
        version: str,
        *,
        prompt: str | None,
    ) -> Decision:
        """What the calls of the model's turn recorded."""
        intended = run.tools.intended
        handoff = intended.handoff
        silent = intended.silent_reason or "silent"
        answered = "answered" if intended.bubbles else silent
        decision = Decision(
            bubbles=tuple(intended.bubbles),
            reactions=tuple(intended.reactions),
            alerts=tuple(intended.alerts),
            handoff=handoff,
            contact_details=intended.contact_details.copy(),
            follow_up=None if handoff else intended.follow_up,
            summary=summary.text if summary else None,
            summary_until=summary.until if summary else None,
            prompt=(version, prompt) if prompt else None,
            reason=f"handoff:{handoff.reason}" if handoff else answered,
        )
        decision = self._finished(decision, "gemini", spent, run)
        more = {"prompt_version": version, "problems": list(run.problems)}
        return replace(decision, trace={**decision.trace, **more})

    def _finished(
        self, decision: Decision, engine: str, spent: ModelUsage, run: Run | None
    ) -> Decision:
        settings, now = self.asked.settings, self.clock.now()
        bubbles = list(decision.bubbles)
        if decision.handoff is not None and settings.handoff_text.strip():
            bubbles.append(Bubble(settings.handoff_text.strip()))
        last_said_at = self.shown.last_said_at
        disclose = bool(bubbles) and guards.must_disclose(
            self.asked.thread, last_said_at, settings, now
        )
        if disclose:
            bubbles[0] = replace(bubbles[0], text=guards.disclosed(bubbles[0].text, settings))
        steps = run.traced if run else []
        return replace(
            decision,
            bubbles=tuple(bubbles),
            disclosed=disclose,
            trace=trace(self.asked, engine, spent, steps, now=now, started_at=self.started_at),
        )
