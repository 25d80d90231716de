"""The first steps of a new owner: shown in the inbox until they are done, or put away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, url_for
from flask_babel import gettext

from admin.access import now, operator, record, services
from services.domain import bot, paths
from services.domain.bot import Bot
from services.domain.operation import OperatingSettings

blueprint = Blueprint("steps", __name__, url_prefix="/first-steps")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where, and whether it is done."""

    words: str
    target: str
    done: bool


def first_steps(counts: Mapping[str, int]) -> list[Step]:
    """What a new owner does first; none for agents, once all is done, or once it was put away."""
    if not operator().is_admin:
        return []
    own = services().settings.account_id
    found = services().documents.get(
        paths.account(own), paths.DEFAULT_SETTINGS, paths.settings(own)
    )
    account, default, mine = (s.fields or {} for s in found)
    steps = _steps(account, {**default, **mine}, written=counts["all"] > 0)
    away = account.get("first_steps_dismissed_at")
    return [] if away or all(step.done for step in steps) else steps


@blueprint.post("/dismiss")
def dismiss() -> Any:
    """Do not show them any more, to nobody."""
    if not operator().is_admin:
        abort(403)
    path = paths.account(services().settings.account_id)
    record("first_steps_dismissed", path, path.merge({"first_steps_dismissed_at": now()}))
    return redirect(url_for("inbox.conversations"), 303)


def _steps(account: Mapping[str, Any], told: Mapping[str, Any], *, written: bool) -> list[Step]:
    settings = OperatingSettings().overridden(told)
    health = account.get("health") or ()
    connected = any(f.get("what") == "token" and f.get("ok") for f in health)
    known = (
        bool(settings.business_facts)
        and settings.business_name != OperatingSettings().business_name
    )
    return [
        Step(gettext("Connect the Instagram account"), url_for("account.show"), connected),
        Step(gettext("Tell the bot about the business"), url_for("prompt.show"), known),
        Step(gettext("Say when somebody is there"), url_for("hours.show"), "hours_weekly" in told),
        Step(
            gettext("Write to the account from another one, and see it arrive here"),
            url_for("inbox.conversations", tab="all"),
            written,
        ),
        Step(
            gettext("Switch the bot on"),
            url_for("settings.show", _anchor="set-bot"),
            bot.mode("", settings.bot) is Bot.ON,
        ),
    ]
