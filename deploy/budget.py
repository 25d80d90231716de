"""A letter to the payer before the money is gone."""

from typing import Any

from deploy.gcloud import note, step, warn
from deploy.request import Request

NAME = "Moca"
_PERCENTS = (50, 90, 100)


def ensure(request: Request) -> None:
    """A monthly budget of the project tells the billing account's administrators (and no more)."""
    step("Budget")
    if not request.budget:
        warn("no budget: give --budget 20 (in your billing account's currency) to be warned")
        return
    account = billing_account(request)
    if account is None:
        warn("the project has no billing account that I may see; make a budget by hand")
        return
    amount = f"--budget-amount={request.budget}"
    there = find(request, account)
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


def billing_account(request: Request) -> str | None:
    """The id of the account that pays."""
    found = request.gcloud.read("billing", "projects", "describe", request.project)
    name = str((found or {}).get("billingAccountName", ""))
    return name.removeprefix("billingAccounts/") or None


def find(request: Request, account: str) -> dict[str, Any] | None:
    """The budget of ours, if there is one."""
    listed = request.gcloud.listed("billing", "budgets", "list", f"--billing-account={account}")
    mine = f"{NAME} {request.project}"
    return next((item for item in listed if item.get("displayName") == mine), None)
