"""Our Instagram accounts: state, tokens, the switch that holds everything back."""

from typing import Any

from admin.access import record, services
from admin.api.routes import route
from services.accounts import ADVICE
from services.domain.account import Account
from services.domain.documents import Query

#: What is told of an account; anything else stored is its own affair.
_TOLD = (
    "username", "state_reason", "state_at", "token_expires_at", "token_error", "last_webhook_at",
    "health", "health_at",
)  # fmt: skip
MOST_ACCOUNTS = 50


@route("GET", "/accounts", "accounts", admin=True)
def list_accounts() -> Any:
    """Every account, the deployment's own first."""
    found = services().documents.query(Query("accounts", limit=MOST_ACCOUNTS))
    stored = {s.id: s.fields or {} for s in found}
    own = services().settings.account_id
    ids = dict.fromkeys([own, *stored])
    return {"accounts": [_told(account_id, stored.get(account_id)) for account_id in ids]}


@route("GET", "/accounts/{account_id}", "account", admin=True)
def read_account(account_id: str) -> Any:
    """One account: its state, what to do about it, its health when it was last looked at."""
    (stored,) = services().documents.get(f"accounts/{account_id}")
    return {"account": _told(account_id, stored.fields)}


@route("POST", "/accounts", "account_id", "username", admin=True, status=201)
def add_account(*, token: str) -> Any:
    """One more account, by its token: checked with Instagram, stored as a secret, never told."""
    connected = services().care.upkeep.connect(token, services().ids.new())
    record("account_added", f"accounts/{connected.account_id}")
    return {"account_id": connected.account_id, "username": connected.username}


@route("POST", "/accounts/{account_id}/token", "username", admin=True)
def replace_token(account_id: str, *, token: str) -> Any:
    """A new token after a log-in; what waited is sent."""
    connected = services().care.upkeep.connect(token, services().ids.new(), account_id)
    record("token_replaced", f"accounts/{account_id}")
    return {"username": connected.username}


@route("POST", "/accounts/{account_id}/pause", admin=True)
def pause_account(account_id: str) -> None:
    """Nothing goes out until it is resumed; what comes in is kept."""
    services().accounts.pause(account_id)
    record("account_paused", f"accounts/{account_id}")


@route("POST", "/accounts/{account_id}/resume", "woken", admin=True)
def resume_account(account_id: str) -> Any:
    """What waits goes out."""
    woken = services().accounts.resume(account_id, services().ids.new())
    record("account_resumed", f"accounts/{account_id}")
    return {"woken": woken}


@route("POST", "/accounts/{account_id}/self_test", "findings", admin=True)
def self_test(account_id: str) -> Any:
    """Every check of the connection, with what to do where one fails."""
    findings = services().care.health.self_test(account_id)
    record("self_test", f"accounts/{account_id}")
    return {"findings": [{"what": f.what, "ok": f.ok, "says": f.says} for f in findings]}


def _told(account_id: str, stored: dict[str, Any] | None) -> dict[str, Any]:
    account = Account.from_doc(account_id, stored)
    shown = {name: (stored or {}).get(name) for name in _TOLD}
    advice = ADVICE.get(account.state, "")
    return {"id": account_id, "state": account.state, "advice": advice, **shown}
