"""`./dev settings`: docs/settings.md and docs/rights.md, read from the code.

The words of an operating setting are the `#:` lines above it; those of a variable are its line in
.env.example. A test fails when a page is not what this writes.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from deploy import accounts, doors, secrets, wanted
from deploy.accounts import Grant
from deploy.check_bundle import complete_environment
from deploy.gcloud import Gcloud
from deploy.request import Request
from deploy.rest import Rest
from devtools import ROOT
from devtools.words import nothing_but_help
from services.domain.operation import OperatingSettings

PAGE = ROOT / "docs" / "settings.md"
RIGHTS_PAGE = ROOT / "docs" / "rights.md"
_SOURCE = ROOT / "services" / "domain" / "operation.py"
_EXAMPLE = ROOT / ".env.example"

_HEAD = """\
# Settings

Written by `./dev settings` from `services/domain/operation.py`, `.env.example` and the deployment's
declaration; a test compares them.

## Operating settings

Kept in Firestore, `settings/default`, and per account in `settings/{account}`, which wins; edited
in the back office and read at most five seconds late. An unknown name or a value of the wrong
kind is ignored, so that a slip cannot stop the answers.

| setting | default | what it does |
|---|---|---|
"""
_RIGHTS = """\
# Who may do what

Every role that `./dev deploy` gives, written by `./dev settings` from the same declaration; a test
compares them. Nobody has a role on the whole project but for Firestore, whose smallest ready-made
role that writes is `datastore.user`, for the builds, for Vertex AI where it is chosen, and to make
the secret of a further account's token: `mocaSecretMaker` is a role of our own with the one
permission `secretmanager.secrets.create`, which reads nothing. Nobody may read a secret that is not
theirs, and only the tasks' account may call what is private.

| account | role | on | because it |
|---|---|---|---|
"""
_VARIABLES = """
## The environment

A function that lacks what it needs does not start, and names all that is missing at once.
`./dev deploy` sets all of these; *secret* ones live in Secret Manager only.

| variable | where | who is told it | what it is |
|---|---|---|---|
"""


def page() -> str:
    """The whole of docs/settings.md."""
    operating = "".join(f"| `{n}` | {d} | {w} |\n" for n, d, w in operating_settings())
    environment = "".join(f"| `{n}` | {k} | {w} | {t} |\n" for n, k, w, t in variables())
    return _HEAD + operating + _VARIABLES + environment


def operating_settings() -> Iterator[tuple[str, str, str]]:
    """Name, default and meaning of every operating setting, in the order of the code."""
    meanings = _meanings(_SOURCE)
    defaults = OperatingSettings()
    for field in fields(OperatingSettings):
        yield field.name, _shown(getattr(defaults, field.name)), meanings[field.name]


def variables() -> Iterator[tuple[str, str, str, str]]:
    """Name, kind, functions and meaning of every variable of .env.example, in its order."""
    secrets = {secret.variable: secret for secret in wanted.SECRETS}
    told = {
        name: [f.entry_point for f in wanted.FUNCTIONS if name in (*f.secrets, *f.variables)]
        for name in (*secrets, *(name for f in wanted.FUNCTIONS for name in f.variables))
    }
    everywhere = complete_environment(wanted.FUNCTIONS[0])
    for name, meaning in example():
        kind = "secret" if name in secrets else "plain" if name in told else "deployment"
        kind = "local runs" if name not in everywhere and kind == "deployment" else kind
        who = ", ".join(told.get(name, ())) or ("nobody" if kind == "local runs" else "all")
        yield name, kind, who, meaning


def example() -> Iterator[tuple[str, str]]:
    """The variables of .env.example with what stands above each, without who needs it."""
    above: list[str] = []
    for line in _EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and "──" not in line:
            above.append(line.removeprefix("# "))
        elif found := re.match(r"([A-Z_]+)=", line):
            yield found[1], _safe(re.sub(r" ?Needed by: [^.]*\.", "", " ".join(above)).strip())
            above = []
        else:
            above = []


def _meanings(path: Path) -> dict[str, str]:
    """The `#:` comment above each field; fields that follow without one share it."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    (operation,) = (
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name == "OperatingSettings"
    )
    found: dict[str, str] = {}
    before = ""
    for node in operation.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            before = _above(lines, node.lineno) or before
            found[node.target.id] = before
    return found


def _above(lines: list[str], number: int) -> str:
    words: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.strip().startswith("#:"):
            break
        words.insert(0, line.strip().removeprefix("#:").strip())
    return _safe(" ".join(words))


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"`{_safe(value)}`" if value else "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) < 10_000 else f"{value:,}"
    if value in ((), [], {}, None):
        return "empty"
    return "see the code"


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def rights() -> str:
    """The whole of docs/rights.md: every role that is given, to whom, on what and why."""
    gcloud = Gcloud("PROJECT", dry_run=True)
    values = {"INSTAGRAM_PAGE_ID": "ACCOUNT_ID", "VERTEX_AI_LOCATION": "where it is set"}
    request = Request(gcloud=gcloud, rest=Rest(gcloud), region="REGION", values=values)
    every = {secret.variable: "1" for secret in wanted.SECRETS}
    given = [
        *accounts.grants(request, "NUMBER"),
        *secrets.grants(request, every),
        *doors.grants(request),
    ]
    rows = [(grant.account, grant.role, _where(grant), grant.why) for grant in given]
    return _RIGHTS + "".join(
        f"| `{account}` | `{role.rpartition('roles/')[2]}` | {resource} | {why} |\n"
        for account, role, resource, why in sorted(rows)
    )


def _where(grant: Grant) -> str:
    if grant.condition is None:
        return _resource(grant.resource)
    return f"the project, for secrets named `{wanted.TOKEN_PREFIX}…` only"


def _resource(words: tuple[str, ...]) -> str:
    kind = {
        "projects": "the project",
        "secrets": "secret",
        "tasks": "queue",
        "iam": "account",
        "run": "function",
    }[words[0]]
    name = [word for word in words[1:] if not word.startswith("--")][-1].partition("@")[0]
    return kind if words[0] == "projects" else f"{kind} `{name}`"


def main(arguments: list[str], docs: Path = PAGE.parent) -> int:
    """Write the pages, and say which of them were behind."""
    says = "Write docs/settings.md and docs/rights.md from the code."
    nothing_but_help("settings", says, arguments)
    for name, text in ((PAGE.name, page()), (RIGHTS_PAGE.name, rights())):
        path = docs / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(text, encoding="utf-8")
        print(f"docs/{name} {'is as it was' if text == before else 'has changed'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
