"""The agent: what to do about a thread's new messages, decided and not yet done.

The order is: limits in code, the owner's rules, the model in its bounded loop, and what stands in
for it when it is down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import prompts
from services.agent import context, guards, media
from services.agent.asking import Asking, ModelUsage
from services.agent.budget import Budget
from services.agent.context import PromptContext
from services.agent.deciding import Deciding
from services.agent.input import TurnInput
from services.agent.lines import line_of
from services.agent.loop import Loop
from services.agent.rules import Rule, Rules
from services.agent.summary import Summary, leaving, summed_up
from services.agent.tool import Tool, ToolContext
from services.agent.toolbox import Toolbox
from services.domain.conversation import WINDOW
from services.domain.decision import Decision
from services.domain.message import MessageFields
from services.domain.model import Media, ToolResult
from services.domain.operation import OperatingSettings
from services.domain.states import Role
from services.errors import ModelError, Superseded
from services.ports import Calendar, Clock, Documents, Ids, KnowledgeSearch, MediaSource, Model
from services.store.messages import newest, still_kept


@dataclass(slots=True, kw_only=True)
class Agent:
    """Turns a thread's new messages into a decision; remembers which instructions are stored."""

    documents: Documents
    clock: Clock
    ids: Ids
    tools: Mapping[str, Tool]
    rules: Rules
    budget: Budget
    model: Model | None = None  #: None where no model is configured
    calendar: Calendar | None = None
    knowledge: KnowledgeSearch | None = None
    media: MediaSource | None = None
    recorded: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    #: ↑ results that stand in for the tools' own, to play a turn again
    prompts_stored: set[str] = field(default_factory=set)  #: versions that need no writing again

    def decide(self, asked: TurnInput, keep_claim: Callable[[], None]) -> Decision:
        """What to do about the new messages.

        Ends within the bounds of the settings, whatever the model does. Raises `ModelError` when
        no model answered, and whatever `keep_claim` raises, but for `Superseded`: what the run
        has cost by then counts, and nothing is decided.
        """
        deciding = Deciding(asked, context.shown(asked, self.clock.now()), self.clock)
        settings = asked.settings
        if guards.over_rate(asked.thread, settings, deciding.started_at):
            return deciding.rate_limited()
        engine = self._engine(settings)
        if engine != "gemini" and (rule := self._rule(asked)) is not None:
            return deciding.by_rule(rule)
        if engine == "rules" or self.model is None:
            return deciding.handed_off("no_rule", "No rule answers this.", engine="rules")
        if self.budget.is_spent(asked.thread.account_id, settings, deciding.started_at):
            return deciding.handed_off("usage_limit", "The day's budget for the model is spent.")
        try:
            return self._by_model(self.model, asked, deciding, keep_claim)
        except ModelError:
            rule = self._rule(asked) if settings.rules_when_model_fails else None
            if rule is None:
                raise
            return deciding.by_rule(rule)

    def committed(self, decision: Decision) -> None:
        """The decision stands in the store, and with it the instructions that it carried."""
        if decision.prompt is not None:
            self.prompts_stored.add(decision.prompt[0])

    def _engine(self, settings: OperatingSettings) -> str:
        if settings.engine in ("gemini", "rules", "rules_then_gemini"):
            return settings.engine
        return "gemini" if self.model is not None else "rules"

    def _rule(self, asked: TurnInput) -> Rule | None:
        # A note of the bot's own, for its follow-up, asks nothing.
        said = [m.text for m in asked.messages if m.role is Role.USER]
        return self.rules.answer(asked.account_id, said)

    def _by_model(
        self, model: Model, asked: TurnInput, deciding: Deciding, keep_claim: Callable[[], None]
    ) -> Decision:
        settings, shown = asked.settings, deciding.shown
        system = system_prompt(settings)
        spent = ModelUsage()
        deadline = deciding.started_at + timedelta(seconds=settings.turn_seconds)
        asking = Asking(model, self.clock, self.ids, deadline, keep_claim, spent)
        found = media.fetched(self.media, asked, self.clock.now()) if self.media else {}
        looked_up: list[ToolResult] = []
        loop = Loop(
            asking=asking,
            settings=settings,
            system=system,
            said=context.with_media(shown.said, found),
            new_toolbox=lambda: self._toolbox(asked, shown, system, looked_up, deadline),
        )
        try:
            run = loop.run()
            summary, descriptions = self._learned(asking, asked, shown, found)
        except Superseded:
            return deciding.superseded(spent)
        version = prompts.version(system)
        prompt = None if version in self.prompts_stored else system
        decision = deciding.by_model(run, spent, summary, version, prompt=prompt)
        return replace(decision, descriptions=descriptions)

    def _learned(
        self,
        asking: Asking,
        asked: TurnInput,
        shown: PromptContext,
        found: Mapping[str, Sequence[Media]],
    ) -> tuple[Summary | None, Mapping[str, MessageFields]]:
        """What later turns, and readers, know of this one's past and media."""
        if not asked.learns:
            return None, {}
        lines = leaving(self.documents, asked, shown, self.clock.now())
        return summed_up(asking, asked, lines), media.described(asking, asked, found)

    def _toolbox(
        self,
        asked: TurnInput,
        shown: PromptContext,
        system: str,
        looked_up: list[ToolResult],
        deadline: datetime,
    ) -> Toolbox:
        settings = asked.settings
        guard = guards.Guard(
            canary=canary_of(settings),
            tool_names=tuple(self.tools),
            link_hosts=guards.link_hosts(settings),
            own=f"{system}\n{shown.we_said}",
            said="\n".join(line.text for line in shown.said),
        )
        last_inbound = asked.thread.last_inbound_at
        tool_context = ToolContext(
            thread_id=asked.thread.thread_id,
            account_id=asked.account_id,
            now=self.clock.now(),
            window_ends_at=last_inbound + WINDOW if last_inbound else None,
            time_zone=context.zone_of(settings.time_zone).key,
            mids=shown.mids,
            person_said=shown.person_said,
            is_new_thread=shown.is_new_thread,
            objection=lambda text: guard.objection(text, looked_up),
            past=lambda limit: self._past(asked, limit),
            calendar=self.calendar,
            knowledge=self.knowledge,
            max_bubbles=settings.max_bubbles,
            max_characters=settings.max_reply_characters,
        )
        return Toolbox(
            tool_context,
            self.tools,
            self.clock,
            self.recorded,
            looked_up,
            most_calls=settings.max_tool_calls,
            until=deadline,
        )

    def _past(self, asked: TurnInput, limit: int) -> Sequence[str]:
        found = newest(self.documents, asked.thread.thread_id, limit)
        messages = context.readable(still_kept(found, self.clock.now()))
        return [line_of(m) for m in messages]


def system_prompt(settings: OperatingSettings) -> str:
    """The instructions: the same for every thread of the account, so that they are cached."""
    return prompts.load("system").format(
        business=settings.business_name,
        persona=settings.persona,
        language=f"in {settings.language or 'the language of the person'}",
        house_rules=settings.house_rules.strip() or "(none)",
        facts=settings.business_facts.strip() or "(none given)",
        canary=canary_of(settings),
    )


def canary_of(settings: OperatingSettings) -> str:
    """A word that stands in the instructions and that no honest reply holds."""
    return "ref-" + prompts.version(f"canary {settings.business_name} {settings.business_facts}")
