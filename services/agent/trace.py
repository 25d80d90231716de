"""What a turn did, for a person to read: steps, tokens, cost and times, with secrets masked."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.agent.asking import ModelUsage
from services.agent.input import TurnInput
from services.agent.personal_data import EMAIL, PHONE
from services.domain.model import Step, ToolResult
from services.domain.operation import OperatingSettings

#: Characters kept of one value, and of all steps: of four bytes each these still fit into a
#: document's 1 MiB.
MOST_CHARACTERS = 1500
MOST_OF_STEPS = 200_000
_MOST_ITEMS = 40
_SECRET = re.compile(
    r"AIza[\w-]{10,}|\bEAA\w{10,}|\bIG[AQ][\w-]{10,}|\bya29\.[\w-]+|\bsk-[\w-]{10,}"
    r"|\bBearer\s+[\w.-]+|[?&](?:access_token|key|signature|token)=[^&\s]+"
)


def trace(
    asked: TurnInput,
    engine: str,
    spent: ModelUsage,
    steps: Sequence[tuple[str, Step]],
    *,
    now: datetime,
    started_at: datetime,
) -> dict[str, Any]:
    """The record of one turn, as far as the agent knows it."""
    tools_seconds = sum(result.seconds for _, step in steps for result in step.results)
    return {
        "account_id": asked.thread.account_id,
        "thread_id": asked.thread.thread_id,
        "engine": engine,
        "model": asked.settings.model,
        "steps": step_records(steps),
        "requests": spent.requests,
        "failures": [redacted(words) for words in spent.failures],
        "tokens": total_tokens(spent),
        "cost_microdollars": cost_microdollars(spent, asked.settings),
        "started_at": started_at,
        "timings_ms": {
            "waited": _ms(started_at - _oldest(asked, started_at)),
            "model": round(spent.model_seconds * 1000),
            "tools": round(tools_seconds * 1000),
            "total": _ms(now - started_at),
        },
    }


def step_records(steps: Sequence[tuple[str, Step]]) -> list[dict[str, Any]]:
    """Every step: what the model wanted, what it got, what it cost.

    Calls beyond `MOST_OF_STEPS` characters are only counted, as the step's `left_out`.
    """
    records = [_step_record(model, step) for model, step in steps]
    left = MOST_OF_STEPS - sum(_size(record) for record in records)
    for record, (_, step) in zip(records, steps, strict=True):
        for result in step.results:
            call = _call_record(result)
            left -= _size(call)
            if left < 0:
                record["left_out"] = len(step.results) - len(record["calls"])
                break
            record["calls"].append(call)
    return records


def _step_record(model: str, step: Step) -> dict[str, Any]:
    return {
        "model": model,
        "finish": step.reply.finish,
        "text": redacted(step.reply.text),
        "tokens": dict(step.reply.tokens),
        "calls": [],
    }


def _call_record(result: ToolResult) -> dict[str, Any]:
    return {
        "name": result.call.name,
        "arguments": redacted(dict(result.call.arguments)),
        "result": redacted(dict(result.content)),
        "failed": result.failed,
        "ms": round(result.seconds * 1000),
    }


def _size(record: Mapping[str, Any]) -> int:
    return len(json.dumps(record, ensure_ascii=False)) + 20  # and a comma, or what was left out


def total_tokens(spent: ModelUsage) -> dict[str, int]:
    """Tokens by kind, over all models."""
    total = {"input": 0, "output": 0, "thinking": 0, "cached": 0}
    for counted in spent.tokens.values():
        for kind, number in counted.items():
            total[kind] = total.get(kind, 0) + number
    return total


def cost_microdollars(spent: ModelUsage, settings: OperatingSettings) -> int:
    """What the tokens cost by the price table, in millionths of a dollar.

    A model without a price is counted at the dearest one's, so that the daily cap still holds.
    """
    return round(sum(_cost(model, counted, settings) for model, counted in spent.tokens.items()))


def _cost(model: str, counted: Mapping[str, int], settings: OperatingSettings) -> float:
    prices = settings.model_prices
    price = prices.get(model) or max(prices.values(), key=lambda p: p.get("output", 0), default={})
    cached = counted.get("cached", 0)
    fresh = max(0, counted.get("input", 0) - cached)
    written = counted.get("output", 0) + counted.get("thinking", 0)
    return (
        fresh * price.get("input", 0)
        + cached * price.get("cached", price.get("input", 0))
        + written * price.get("output", 0)
    )


def redacted(value: Any, depth: int = 0) -> Any:
    """`value` without credentials, with addresses and numbers masked, and cut to a size."""
    if isinstance(value, str):
        masked = _SECRET.sub("[secret]", value)
        masked = EMAIL.sub(lambda found: f"{found[0][0]}…@…", masked)
        masked = PHONE.sub(lambda found: f"…{found[0][-2:]}", masked)
        return masked if len(masked) <= MOST_CHARACTERS else masked[:MOST_CHARACTERS] + " …"
    if isinstance(value, Mapping) and depth < 6:
        items = list(value.items())[:_MOST_ITEMS]
        return {str(key)[:100] or "_": redacted(item, depth + 1) for key, item in items}
    if isinstance(value, list | tuple) and depth < 6:
        return [redacted(item, depth + 1) for item in value[:_MOST_ITEMS]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(str(value), depth)


def _oldest(asked: TurnInput, otherwise: datetime) -> datetime:
    return min((m.received_at for m in asked.messages if m.received_at), default=otherwise)


def _ms(span: timedelta) -> int:
    return max(0, round(span / timedelta(milliseconds=1)))
