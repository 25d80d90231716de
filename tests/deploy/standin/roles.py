"""Roles of the project's own, and bindings under a condition."""

from collections.abc import Callable

from tests.deploy.standin.command_line import Call, Refusal
from tests.deploy.standin.words import Answer, State


def binding(role: str, members: list[str]) -> State:
    """One binding of a policy; the stand-in keeps a role with its condition in one word."""
    role, _, condition = role.partition(" if ")
    if not condition:
        return {"role": role, "members": members}
    expression, _, title = condition.removeprefix("expression=").rpartition(",title=")
    return {
        "role": role,
        "members": members,
        "condition": {"expression": expression, "title": title},
    }


def _role(call: Call) -> str:
    return f"projects/{call.one('--project')}/roles/{call.words[0]}"


def _create_role(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--permissions")
    if _role(call) in state["roles"]:
        raise Refusal(f"ALREADY_EXISTS: A role named {_role(call)} already exists.")
    state["roles"][_role(call)] = {
        "name": _role(call),
        "includedPermissions": call.one("--permissions").split(","),
    }


def _describe_role(call: Call, state: State, _stdin: str) -> Answer:
    if _role(call) not in state["roles"]:
        raise Refusal(f"NOT_FOUND: The role named {_role(call)} was not found.")
    return state["roles"][_role(call)]


def _update_role(call: Call, state: State, _stdin: str) -> Answer:
    if state["roles"][_role(call)].get("deleted"):
        raise Refusal(f"FAILED_PRECONDITION: {_role(call)} is deleted.")
    state["roles"][_role(call)]["includedPermissions"] = call.one("--permissions").split(",")


def _delete_role(call: Call, state: State, _stdin: str) -> Answer:
    state["roles"][_role(call)]["deleted"] = True


def _undelete_role(call: Call, state: State, _stdin: str) -> Answer:
    state["roles"][_role(call)].pop("deleted")


def _roles(call: Call, state: State, _stdin: str) -> Answer:
    all_of_them = bool(call.one("--show-deleted"))
    shown = [r for r in state["roles"].values() if all_of_them or not r.get("deleted")]
    return [{k: v for k, v in r.items() if k != "includedPermissions"} for r in shown]


HANDLERS: dict[str, Callable[[Call, State, str], Answer]] = {
    "iam roles create": _create_role,
    "iam roles delete": _delete_role,
    "iam roles describe": _describe_role,
    "iam roles list": _roles,
    "iam roles undelete": _undelete_role,
    "iam roles update": _update_role,
}
