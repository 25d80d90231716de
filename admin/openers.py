"""What a person may tap before they write: the account's ice breakers and its menu."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, record, services
from admin.account import known, require_admin
from admin.desk import say
from admin.translate import translate
from services.accounts.openers import MOST_BUTTONS, MOST_QUESTIONS, Button, Shown
from services.domain import paths
from services.errors import Rejected, Unavailable

blueprint = Blueprint("openers", __name__, url_prefix="/openers")
blueprint.before_request(require_admin)

#: Rows of the menu that are there to be filled in, beside those that are.
MORE_BUTTONS = 2


@blueprint.get("")
def show() -> Any:
    """As they are at Instagram now."""
    account = known()
    try:
        shown = services().openers.shown(account.id)
    except (Rejected, Unavailable) as error:
        return _page(account.id, Shown(), translate(error.text), reached=False)
    return _page(account.id, shown, "")


@blueprint.post("")
def change() -> Any:
    """Offer just these; what is refused keeps what was typed."""
    account, form = known(), request.form
    questions = [q for q in (_plain(typed) for typed in form.getlist("question")) if q]
    titles, urls = form.getlist("title"), form.getlist("url")
    menu = [Button(_plain(t), u.strip()) for t, u in zip(titles, urls, strict=False)]
    menu = [button for button in menu if button.title or button.url]
    try:
        change_openers(account.id, questions, menu)
    except (Rejected, Unavailable) as error:
        return _page(account.id, Shown(questions, menu), translate(error.text)), 422
    say(gettext("Instagram has them. Open conversations see a new menu after a refresh."))
    return redirect(url_for("openers.show", account=account.id), 303)


def change_openers(account_id: str, questions: Sequence[str], menu: Sequence[Button]) -> None:
    """Give them to Instagram, and write down who did. Raises `Rejected`, `Unavailable`."""
    services().openers.store(account_id, questions, menu)
    told = {"questions": list(questions), "menu": [button.title for button in menu]}
    record("openers", paths.account(account_id), after=told)


def _page(account_id: str, shown: Shown, problem: str, *, reached: bool = True) -> Any:
    questions = [*shown.questions, *([""] * (MOST_QUESTIONS - len(shown.questions)))]
    rows = min(len(shown.menu) + MORE_BUTTONS, MOST_BUTTONS)
    return render_template(
        "settings/openers.html",
        account_id=account_id,
        accounts=office().accounts.all(),
        questions=questions,
        menu=[*shown.menu, *([Button("")] * (rows - len(shown.menu)))],
        locales=shown.locales,
        problem=problem,
        reached=reached,
    )


def _plain(typed: str) -> str:
    return " ".join(typed.split())
