"""What the user asked for, and what all steps share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy import wanted
from deploy.gcloud import Gcloud
from deploy.rest import Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of `./dev deploy`."""

    gcloud: Gcloud
    rest: Rest
    region: str
    #: What the environment file holds, secrets included; shown nowhere.
    values: Mapping[str, str] = field(repr=False)
    functions: tuple[wanted.Function, ...] = wanted.FUNCTIONS
    #: Secrets that get a new version although they have one.
    renew: frozenset[str] = frozenset()
    #: Whether a person can be asked.
    interactive: bool = False
    backups: bool = False
    alert_email: str = ""
    quiet_hours: int = 12
    budget: int = 0
    force: bool = False
    #: The checkout that is uploaded.
    source: Path = wanted.ROOT

    @property
    def project(self) -> str:
        """The project's id."""
        return self.gcloud.project

    @property
    def account_id(self) -> str:
        """The Instagram account's id."""
        return self.values["INSTAGRAM_PAGE_ID"]

    def secrets_of(self, function: wanted.Function) -> tuple[str, ...]:
        """The secrets that a function reads here."""
        return function.secrets_beside(self.values)

    def secret(self, variable: str) -> str:
        """The name of the secret behind a variable."""
        return wanted.secret(variable).name(self.account_id)

    def account(self, name: str) -> str:
        """The address of a service account of ours."""
        return f"{name}@{self.project}.iam.gserviceaccount.com"


def read_values(path: Path) -> dict[str, str]:
    """NAME=value lines; comments, quotes around a value and empty values are left out."""
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        name, is_pair, value = line.strip().partition("=")
        value = value.strip().strip("\"'")
        if is_pair and value and not name.startswith("#"):
            values[name.strip().removeprefix("export ")] = value
    return values


def as_json(value: object) -> str:
    """The same text for the same value."""
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
