"""Business hours as a table: weekdays, holidays, zone, and what is said while nobody is there."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext

from admin import week_form
from admin.access import now, office, operator
from admin.desk import say
from admin.language import locale
from admin.settings import HOURS, changes, checked, labels, require_admin, scopes
from admin.week_form import Week
from services.domain import hours
from services.domain.operation import OperatingSettings
from services.domain.text import Text
from services.errors import WrongFields
from services.office.settings import DEFAULT

blueprint = Blueprint("hours", __name__, url_prefix="/hours")
blueprint.before_request(require_admin)

#: Empty fields for further holidays.
MORE_HOLIDAYS = 3
#: An opening within so many days is named by its weekday, a later one by its date.
DAYS_BY_NAME = 6


@blueprint.get("")
def show() -> Any:
    """The table as it is stored."""
    scope = checked(request.args.get("scope", DEFAULT))
    standing = _stored(scope)
    return _page(scope, standing, week_form.stored(standing.hours_weekly), {})


@blueprint.post("")
def change() -> Any:
    """Store the table, or say beside each field what is wrong with it."""
    scope, form = checked(request.args.get("scope", DEFAULT)), request.form
    always = form.get("when") == "always"
    week = week_form.stored("") if always else week_form.typed(form)
    holidays = sorted({day.strip() for day in form.getlist("holiday") if day.strip()})
    typed = {
        "hours_weekly": hours.written(week.spans),
        "hours_holidays": ", ".join(holidays),
        "hours_away_text": form.get("hours_away_text", ""),
        "time_zone": form.get("time_zone", ""),
    }
    problems: Mapping[str, Text | str] = {}
    if not (always or any(week.spans) or week.problems):
        words = gettext("Give at least one day its hours, or choose “always”.")
        problems = {"hours_weekly": words}
    if not (problems or week.problems):
        try:
            changed = office().settings.change(scope, typed, operator())
            if always:  # said so, and not merely never asked
                changed += office().settings.put(scope, {"hours_weekly": ""}, operator())
        except WrongFields as error:
            problems = error.problems
    if problems or week.problems:
        return _page(scope, _stored(scope).overridden(typed), week, problems), 422
    say(gettext("The hours are saved.") if changed else gettext("Nothing new."))
    return redirect(url_for("hours.show", scope=scope), 303)


def outlook(standing: OperatingSettings) -> Mapping[str, Any]:
    """Whether somebody is there now, in words: "Open now, until 18:00"."""
    zone = ZoneInfo(standing.time_zone if standing.time_zone in hours.zones() else "UTC")
    week = hours.week(standing.hours_weekly, standing.hours_holidays, zone.key)
    if week is None:
        return {"open": True, "words": gettext("Always open")}
    opens, closes = week.opens_at(now()), week.closes_at(now())
    if closes is not None:
        until = format_time(closes, "short", zone, locale())
        return {"open": True, "words": gettext("Open now, until %(time)s", time=until)}
    pattern = "EEEE" if (opens - now()).days < DAYS_BY_NAME else "full"
    day = format_date(opens.astimezone(zone), pattern, locale())
    at = f"{day}, {format_time(opens, 'short', zone, locale())}"
    return {"open": False, "words": gettext("Closed now: opens %(time)s", time=at)}


def _page(
    scope: str, standing: OperatingSettings, week: Week, problems: Mapping[str, Text | str]
) -> Any:
    these = any(week.spans) or week.problems or request.form.get("when") == "these"
    names = get_day_names("wide", locale=locale())
    return render_template(
        "settings/hours.html",
        scope=scope,
        scopes=scopes(),
        standing=standing,
        week=week,
        days=[names[n] for n in range(7)],
        always=not these,
        holidays=_holidays(standing.hours_holidays),
        regions=_regions(standing.time_zone),
        problems=problems,
        outlook=outlook(_stored(scope)),
        changes=changes(scope, HOURS),
        labels=labels(),
    )


def _stored(scope: str) -> OperatingSettings:
    shown = office().settings.shown(scope)
    return OperatingSettings().overridden({s.setting.name: s.value for s in shown})


def _holidays(text: str) -> list[str]:
    days = sorted({day for day in re.split(r"[\s,;]+", text) if day})
    return [*days, *([""] * MORE_HOLIDAYS)]


def _regions(standing: str) -> dict[str, list[str]]:
    """The zones by their region, for a list; the standing one is always among them."""
    regions: dict[str, list[str]] = {"UTC": ["UTC"]}
    for zone in sorted(hours.zones()):
        region, _, place = zone.partition("/")
        if place and region not in ("Etc", "SystemV", "US", "posix", "right"):
            regions.setdefault(region, []).append(zone)
    if not any(standing in zones for zones in regions.values()):
        regions["UTC"].append(standing)
    return regions
