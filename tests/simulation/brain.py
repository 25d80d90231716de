"""The model: answers with bubbles that name the messages they are for, or goes wrong.

A port-level stand-in: google-genai takes 13 ms of processor time for each request, which would
be most of a run. Its adapter is tested against the simulated Gemini elsewhere.
"""

from services.domain.model import ModelReply, ModelRequest, ToolCall
from services.errors import ModelBusy, ModelError
from tests.simulation.chance import Chance
from tests.simulation.invariants import QUESTION
from tests.simulation.people import POISON
from tests.simulation.points import Points


class Brain:
    """The model port of every instance; each bubble that it writes is unlike any other."""

    def __init__(self, points: Points, chance: Chance) -> None:
        self._points = points
        self._chance = chance
        self._count = 0

    def generate(self, request: ModelRequest) -> ModelReply:
        """One step."""
        runner = self._points.scheduler.mine()
        label = f"{runner.label}/{runner.points}"
        fate = self._points.before("Model.generate")
        if fate.before == "busy":
            raise ModelBusy("simulated: 503")
        if fate.before == "error" or POISON in request.said[-1].text:
            raise ModelError("simulated: 500")
        if fate.before == "broken":
            raise RuntimeError("simulated: something that nobody thought of")
        reply = self._reply(request, fate.before, label)
        if self._points.after("Model.generate").after:
            raise ModelBusy("simulated: the answer was lost")
        return reply

    def _reply(self, request: ModelRequest, kind: str, label: str) -> ModelReply:
        if kind == "empty":
            return ModelReply(finish="MALFORMED_FUNCTION_CALL")
        if kind == "wrong_tool":
            return ModelReply(calls=[ToolCall(None, "book_a_flight", {"to": "Mars"})])
        self._count += 1
        asked = " ".join(dict.fromkeys(QUESTION.findall(request.said[-1].text)))
        if kind == "plain":
            return ModelReply(text=f"re {asked} #{self._count}")
        fate = self._chance.draw("silent", label)
        if fate < 0.02:
            self._points.weather.count("Model", "handed over")
            return ModelReply(
                calls=[ToolCall(None, "hand_to_human", {"reason": "customer_request"})]
            )
        if fate < 0.08:
            self._points.weather.count("Model", "kept silent")
            return ModelReply(calls=[ToolCall(None, "do_not_reply", {"reason": "no question"})])
        parts = self._chance.pick((1, 1, 1, 2, 3), "parts", label)
        return ModelReply(
            calls=[
                ToolCall(
                    None, "send_instagram_message", {"text": f"re {asked} #{self._count}.{part}"}
                )
                for part in range(1, parts + 1)
            ]
        )
