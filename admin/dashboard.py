"""The last thirty days in small charts with the numbers beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import LazyString, lazy_gettext

from admin.access import now, office, services
from admin.words import day, dollars, number
from services.office.days import DAYS

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")

#: What is drawn: field of the roll-up → its title and unit.
CHARTS = {
    "messages": (lazy_gettext("Messages"), ""),
    "turns": (lazy_gettext("Turns"), ""),
    "bubbles": (lazy_gettext("Replies sent"), ""),
    "first_reply_p50_seconds": (lazy_gettext("First reply, median"), "s"),
    "first_reply_p95_seconds": (lazy_gettext("First reply, 95 %"), "s"),
    "handoffs": (lazy_gettext("Handoffs"), ""),
    "failures": (lazy_gettext("Sends that failed"), ""),
    "given_up": (lazy_gettext("Messages given up"), ""),
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
    """One figure over the days, with its numbers in words."""

    title: LazyString
    number: str  #: all days together; of a waiting time the last day that has one
    today: str
    most: str
    bars: Sequence[Bar]


@blueprint.get("")
def show() -> Any:
    """The dashboard of one account: the one that is named, else the environment's."""
    accounts = {known.id: known.called for known in office().accounts.all()}
    wanted = request.args.get("account", "")
    account_id = wanted if wanted in accounts else services().settings.account_id
    days = office().days.last(account_id)
    by_date = {day["date"]: day for day in days}
    dates = [(now().date() - timedelta(days=n)).isoformat() for n in range(DAYS - 1, -1, -1)]
    all_days = [by_date.get(date, {"date": date}) for date in dates]
    charts = [_chart(all_days, name, *told) for name, told in CHARTS.items()]
    roles = _summed(days, "by_role")
    reasons = _summed(days, "handoffs_by_reason")
    return render_template(
        "operate/dashboard.html", days=days, charts=charts, roles=roles, reasons=reasons,
        width=WIDTH, height=HEIGHT, names=CHARTS, first=dates[0],
        accounts=accounts, account_id=account_id,
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
            f"{day(days[n]['date'])}: {_worded(v, unit)}",
        )
        for n, v in enumerate(values)
    ]
    whole = sum(values)
    if name.startswith("first_reply"):
        whole = next((value for value in reversed(values) if value), 0)
    return Chart(
        title,
        _worded(whole, unit),
        _worded(values[-1], unit),
        _worded(max(values), unit),
        bars,
    )


def _worded(value: float, unit: str) -> str:
    if unit == "$":
        return dollars(value)
    return f"{number(round(value, 1))} {unit}".strip()


def _summed(days: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in days:
        for key, value in (one.get(name) or {}).items():
            total[key] = total.get(key, 0) + int(value)
    return dict(sorted(total.items(), key=lambda item: -item[1]))
