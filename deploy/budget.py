"""A letter to the payer before the money is gone."""

from typing import Any

from deploy.gcloud import note, step, warn
from deploy.request import Request
from devtools.stop import Stop

Budget = dict[str, Any]

NAME = "Moca"
_PERCENTS = (50, 90, 100)


def ensure(request: Request) -> None:
    """A monthly budget of the project tells the billing account's administrators (and no more)."""
    step("Budget")
    if not request.budget:
        warn("no budget: give --budget 20 (in your billing account's currency) to be warned")
        return
    seen = look(request)
    if seen is None:
        warn("make a budget by hand, or let somebody with rights on that account do this again")
        return
    account, there = seen
    amount = f"--budget-amount={request.budget}"
    if there is None:
        request.gcloud.change(
            "billing",
            "budgets",
            "create",
            f"--billing-account={account}",
            f"--display-name={NAME} {request.project}",
            amount,
            f"--filter-projects=projects/{request.project}",
            *(f"--threshold-rule=percent={percent / 100:g}" for percent in _PERCENTS),
        )
    elif there["amount"]["specifiedAmount"]["units"] != str(request.budget):
        request.gcloud.change("billing", "budgets", "update", there["name"], amount)
    else:
        note(f"= {request.budget} a month")


def look(request: Request) -> tuple[str, Budget | None] | None:
    """The account that pays, and our budget on it; None, and a warning, where it may not be seen.

    Whoever owns a project has no rights on the account that pays for it by that alone.
    """
    try:
        account = _billing_account(request)
        if account is not None:
            return account, _find(request, account)
        warn("the project has no billing account that I may see")
    except Stop as refused:
        warn(str(refused))
    return None


def _billing_account(request: Request) -> str | None:
    found = request.gcloud.read("billing", "projects", "describe", request.project)
    name = str((found or {}).get("billingAccountName", ""))
    return name.removeprefix("billingAccounts/") or None


def _find(request: Request, account: str) -> Budget | None:
    listed = request.gcloud.listed("billing", "budgets", "list", f"--billing-account={account}")
    mine = f"{NAME} {request.project}"
    return next((item for item in listed if item.get("displayName") == mine), None)
