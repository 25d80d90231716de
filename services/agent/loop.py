"""The loop around the model: bounded, and with a way out of every bad answer.

A step is asked for; its calls run; a step in which a call ended the turn is the last one. What can
go wrong has one path each:

- no call, but text: the text is sent as if by `send_instagram_message`, with its checks;
- unknown tool, wrong arguments, a guard's objection, the same look-up twice: the call's result
  says so and the model goes on;
- nothing at all, a blocked prompt, a finish such as MALFORMED_FUNCTION_CALL, a cut-off text: once
  more, told what happened, with the ending tools only and no history; then the other model; then a
  human;
- steps, tool calls or tokens used up: one step more with the ending tools only; then a human;
- overloaded or silent (`asking`): backoff, then the other model from the start; where no model
  gave an answer at all, the turn fails and its task is tried again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import prompts
from services.agent.asking import Asking
from services.agent.toolbox import Toolbox
from services.domain.decision import Handoff
from services.domain.model import ChatLine, ModelReply, ModelRequest, Step, ToolCall
from services.domain.operation import OperatingSettings
from services.errors import ModelBusy, ModelError, ModelRefused, Unusable, UsedUp

_SEND = "send_instagram_message"
#: Finishes that leave an answer whole; a text with any other one is cut off or censored.
_WHOLE = ("STOP", "NONE", "FINISH_REASON_UNSPECIFIED")
#: Guards' objections and wrong ending calls after which a model is not asked to mend any more.
_MOST_BAD_ENDINGS = 2

Mode = Literal["full", "trimmed"]


@dataclass(slots=True)
class Run:
    """What happened in a turn: every step of every model, for the trace."""

    model: str
    tools: Toolbox
    steps: list[Step] = field(default_factory=list)  #: of the present model, to be sent back
    traced: list[tuple[str, Step]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs one turn's conversation with the model."""

    asking: Asking
    settings: OperatingSettings
    system: str
    said: Sequence[ChatLine]
    new_toolbox: Callable[[], Toolbox]

    def run(self) -> Run:
        """Until a call ended the turn, or a human must go on.

        Raises `ModelError` when a model was overloaded and none answered at all.
        """
        run = Run(self.settings.model, self.new_toolbox())
        plans: tuple[tuple[str, Mode], ...] = (
            (self.settings.model, "full"),
            (self.settings.model, "trimmed"),
            (self.settings.fallback_model, "trimmed"),
        )
        skipped = ""  #: the model that is not asked again
        busy: ModelBusy | None = None
        answered = False  #: though of no use: then a human helps more than another try
        for model, mode in plans:
            if not model or model == skipped:
                continue
            if model != run.model:
                # Another model cannot take over signed thoughts: it begins anew.
                run.model, run.tools, run.steps = model, self.new_toolbox(), []
            try:
                self._until_ended(run, "full" if skipped else mode)
            except Unusable as problem:
                answered = True
                run.problems.append(str(problem))
            except UsedUp as problem:
                answered = True
                run.problems.append(str(problem))
                break
            except (ModelBusy, ModelRefused) as error:
                run.problems.append(str(error))
                busy = error if isinstance(error, ModelBusy) else busy
                skipped = model
            else:
                return run
        if busy is not None and not answered:
            raise ModelError(f"No model answered: {'; '.join(run.problems)}") from busy
        run.tools.intended.handoff = Handoff("model_failure", "; ".join(run.problems)[:500])
        return run

    def _until_ended(self, run: Run, mode: Mode) -> None:
        bad_endings, was_tight = 0, False
        while True:
            tight = self._tight(run)
            if len(run.traced) >= self.settings.max_steps or (was_tight and tight):
                raise UsedUp("the turn's budget is used up")
            was_tight = tight
            reply = self.asking.ask(self._request(run, mode, tight=tight))
            try:
                step = _step(reply, run.tools)
            except Unusable:
                run.traced.append((run.model, Step(reply, [])))
                raise
            run.steps.append(step)
            run.traced.append((run.model, step))
            if any(result.ends for result in step.results):
                return
            endings = set(run.tools.endings)
            bad_endings += any(r.failed and r.call.name in endings for r in step.results)
            if bad_endings >= _MOST_BAD_ENDINGS:
                raise Unusable("the model repeats its mistake")
            mode = "full"

    def _tight(self, run: Run) -> bool:
        settings = self.settings
        return (
            len(run.traced) >= settings.max_steps - 1
            or run.tools.calls >= settings.max_tool_calls
            or self.asking.spent.all_tokens >= settings.max_turn_tokens
            or run.tools.repeats > 0
        )

    def _request(self, run: Run, mode: Mode, *, tight: bool) -> ModelRequest:
        said = list(self.said)
        steps = list(run.steps)
        if mode == "trimmed":
            problem = run.problems[-1] if run.problems else "no answer"
            said = said[-1:]
            note = prompts.load("trimmed").format(problem=problem)
            said[-1] = ChatLine("user", f"{said[-1].text}\n\n{note}", said[-1].media)
        narrow = mode == "trimmed" or tight
        if tight and steps and not steps[-1].note:
            last = steps[-1]
            steps[-1] = Step(last.reply, last.results, prompts.load("last_step"))
        return ModelRequest(
            model=run.model,
            system=self.system,
            said=said,
            steps=steps,
            tools=run.tools.schemas,
            allowed=run.tools.endings if narrow else (),
            thinking=self.settings.thinking,
        )


def _step(reply: ModelReply, tools: Toolbox) -> Step:
    calls = list(reply.calls)
    if calls:
        return Step(reply, tools.run(calls))
    if reply.text.strip() and reply.finish in _WHOLE:
        # Plain text instead of a call is what the model wants to say.
        (result,) = tools.run([ToolCall(None, _SEND, {"text": reply.text})])
        note = str(result.content.get("error", "")) if result.failed else ""
        return Step(reply, [result], note)
    raise Unusable(f"it ended with {reply.finish}" if reply.finish != "STOP" else "it said nothing")
