"""The last thirty days in small charts with the numbers beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_babel import LazyString, lazy_gettext

from admin.access import now, office, services
from admin.words import day, number
from services.office_days import DAYS

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")

#: What is drawn: field of the roll-up → its title and unit.
CHARTS = {
    "messages": (lazy_gettext("Messages"), ""),
    "turns": (lazy_gettext("Turns"), ""),
    "bubbles": (lazy_gettext("Replies sent"), ""),
    "first_reply_p50_seconds": (lazy_gettext("First reply, median"), "s"),
    "first_reply_p95_seconds": (lazy_gettext("First reply, 95 %%"), "s"),
    "handoffs": (lazy_gettext("Handoffs"), ""),
    "failures": (lazy_gettext("Failures"), ""),
    "thumbs_up": (lazy_gettext("Replies rated good"), ""),
    "thumbs_down": (lazy_gettext("Replies rated wrong"), ""),
    "model_cost_usd": (lazy_gettext("Model cost"), "$"),
}
WIDTH, HEIGHT = 300, 60


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a chart."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over the days."""

    title: LazyString
    unit: str
    total: str
    bars: Sequence[Bar]


@blueprint.get("")
def show() -> Any:
    """The dashboard."""
    days = office().days.last(services().settings.account_id)
    by_date = {day["date"]: day for day in days}
    dates = [(now().date() - timedelta(days=n)).isoformat() for n in range(DAYS - 1, -1, -1)]
    all_days = [by_date.get(date, {"date": date}) for date in dates]
    charts = [_chart(all_days, name, *told) for name, told in CHARTS.items()]
    roles = _summed(days, "by_role")
    reasons = _summed(days, "handoffs_by_reason")
    return render_template(
        "operate/dashboard.html", days=days, charts=charts, roles=roles, reasons=reasons,
        width=WIDTH, height=HEIGHT, names=CHARTS,
    )  # fmt: skip


def _chart(days: Sequence[Mapping[str, Any]], name: str, title: LazyString, unit: str) -> Chart:
    values = [float(day.get(name) or 0) for day in days]
    most = max(values, default=0) or 1
    step = WIDTH / max(len(values), 1)
    bars = [
        Bar(
            round(n * step + 1, 1),
            round(HEIGHT - v / most * HEIGHT, 1),
            round(max(step - 2, 1), 1),
            round(v / most * HEIGHT, 1),
            f"{day(days[n]['date'])}: {number(v)} {unit}".strip(),
        )
        for n, v in enumerate(values)
    ]
    busy = [value for value in values if value]
    middle = sum(values)
    if name.startswith("first_reply"):
        middle /= len(busy) or 1
    return Chart(title, unit, number(round(middle, 2)), bars)


def _summed(days: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in days:
        for key, value in (one.get(name) or {}).items():
            total[key] = total.get(key, 0) + int(value)
    return dict(sorted(total.items(), key=lambda item: -item[1]))
