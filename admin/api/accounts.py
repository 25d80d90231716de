"""Our Instagram accounts: state, tokens, the switch that holds everything back."""

from typing import Any

from admin.access import office, operator
from admin.account import ours
from admin.api.routes import route
from services.accounts.service import ADVICE
from services.domain.account import Account
from services.office.accounts import Known

#: What is told of an account; anything else stored is its own affair.
_TOLD = (
    "username", "state_reason", "state_at", "token_expires_at", "token_error", "last_webhook_at",
    "health", "health_at",
)  # fmt: skip


@route("GET", "/accounts", "accounts", admin=True)
def list_accounts() -> Any:
    """Every account, the deployment's own first."""
    return {"accounts": [_told(known) for known in office().accounts.all()]}


@route("GET", "/accounts/{account_id}", "account", admin=True)
def read_account(account_id: str) -> Any:
    """One account: its state, what to do about it, its health when it was last looked at."""
    return {"account": _told(ours(account_id))}


@route("POST", "/accounts", "account_id", "username", admin=True, status=201)
def add_account(*, token: str) -> Any:
    """One more account, by its token: checked with Instagram, stored as a secret, never told."""
    connected = office().accounts.add(token, operator())
    return {"account_id": connected.account_id, "username": connected.username}


@route("POST", "/accounts/{account_id}/token", "username", admin=True)
def replace_token(account_id: str, *, token: str) -> Any:
    """A new token after a log-in; what waited is sent."""
    connected = office().accounts.replace_token(ours(account_id).id, token, operator())
    return {"username": connected.username}


@route("POST", "/accounts/{account_id}/pause", admin=True)
def pause_account(account_id: str) -> None:
    """Nothing goes out until it is resumed; what comes in is kept."""
    office().accounts.pause(ours(account_id).id, operator())


@route("POST", "/accounts/{account_id}/resume", "woken", admin=True)
def resume_account(account_id: str) -> Any:
    """What waits goes out."""
    return {"woken": office().accounts.resume(ours(account_id).id, operator())}


@route("POST", "/accounts/{account_id}/self_test", "findings", admin=True)
def self_test(account_id: str) -> Any:
    """Every check of the connection, with what to do where one fails."""
    findings = office().accounts.self_test(ours(account_id).id, operator())
    return {"findings": [{"what": f.what, "ok": f.ok, "says": f.says} for f in findings]}


def _told(known: Known) -> dict[str, Any]:
    account = Account.from_doc(known.id, known.fields)
    shown = {name: known.fields.get(name) for name in _TOLD}
    advice = ADVICE.get(account.state, "")
    return {"id": known.id, "state": account.state, "advice": advice, **shown}
