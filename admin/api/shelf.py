"""What the team and the bot answer from: canned answers, views, rules, knowledge."""

from typing import Any, Literal
from urllib.parse import urlencode

from admin.access import office, operator
from admin.api.routes import route
from services.office.inbox import View


@route("GET", "/canned", "canned")
def list_canned() -> Any:
    """The canned answers."""
    return {"canned": office().shelf.canned()}


@route("PUT", "/canned/{name}")
def write_canned(name: str, *, text: str) -> None:
    """Add one, or replace the one of that name."""
    office().shelf.keep_canned(name, text, operator())


@route("DELETE", "/canned/{name}")
def drop_canned(name: str) -> None:
    """Remove one; no matter whether it is there."""
    office().shelf.drop_canned(name, operator())


@route("GET", "/views", "views")
def list_views() -> Any:
    """One's own saved views."""
    return {"views": office().shelf.views(operator())}


@route("PUT", "/views/{name}")
def write_view(
    name: str,
    *,
    tab: str = "all",
    status: str = "",
    owner: str = "",
    label: str = "",
    since: str = "",
) -> None:
    """Save the filters of a list under a name."""
    args = {"tab": tab, "status": status, "owner": owner, "label": label, "since": since}
    office().shelf.keep_view(name, urlencode(View.parse(args).args), operator())


@route("DELETE", "/views/{name}")
def drop_view(name: str) -> None:
    """Forget one; no matter whether it is there."""
    office().shelf.drop_view(name, operator())


@route("GET", "/rules", "rules", admin=True)
def list_rules() -> Any:
    """The rules, in the order in which they are tried."""
    return {"rules": office().answers.rules()}


@route("POST", "/rules", admin=True, status=201)
def add_rule(
    *,
    kind: Literal["keyword", "pattern"],
    words: list[str],
    action: Literal["reply", "hand_to_human", "silent"],
    reply: str = "",
) -> None:
    """Add a rule."""
    typed = {"kind": kind, "words": "\n".join(words), "action": action, "reply": reply}
    office().answers.save_rule(typed, operator())


@route("DELETE", "/rules/{rule_id}", admin=True)
def drop_rule(rule_id: str) -> None:
    """Remove a rule; no matter whether it is there."""
    office().answers.drop_rule(rule_id, operator())


@route("GET", "/knowledge", "knowledge", admin=True)
def list_knowledge(*, account_id: str = "") -> Any:
    """What is written down for the bot of an account, the deployment's own where none is named."""
    found = office().answers.entries(office().accounts.named(account_id).id)
    return {"knowledge": [{k: v for k, v in e.items() if k != "embedding"} for e in found]}


@route("POST", "/knowledge", admin=True, status=201)
def add_knowledge(*, title: str, text: str, account_id: str = "") -> None:
    """Write something down for the bot of an account."""
    office().answers.save_entry(office().accounts.named(account_id).id, title, text, operator())


@route("DELETE", "/knowledge/{entry_id}", admin=True)
def drop_knowledge(entry_id: str) -> None:
    """Forget it; no matter whether it is there."""
    office().answers.drop_entry(entry_id, operator())
