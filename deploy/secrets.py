"""Secrets: asked for or made up, and handed to Secret Manager through standard input."""

import getpass
import secrets as chance
from collections.abc import Iterator, Mapping

from deploy import wanted
from deploy.accounts import Grant, ensure_grants
from deploy.gcloud import note, step
from deploy.request import Request
from devtools.stop import Stop


def ensure(request: Request) -> dict[str, str]:
    """Every secret that the functions need has a version; variable → the newest one's number.

    A value comes from the environment file, else from the keyboard, and is never shown; one that
    is renewed comes from the keyboard, else from the file.
    """
    step("Secrets")
    needed = {variable for each in request.functions for variable in request.secrets_of(each)}
    there = {item["name"].rpartition("/")[2] for item in request.gcloud.listed("secrets", "list")}
    versions: dict[str, str] = {}
    for secret in wanted.SECRETS:
        if secret.variable not in needed:
            continue
        name = request.secret(secret.variable)
        newest = _newest(request, name) if name in there else None
        if newest is None or secret.variable in request.renew:
            newest = _add(request, secret, newest, exists=name in there)
        else:
            note(f"= {name}, version {newest}")
        if newest is not None:
            versions[secret.variable] = newest
    step("Secrets: who may read which")
    ensure_grants(request, list(grants(request, versions)))
    return versions


def _newest(request: Request, name: str) -> str | None:
    enabled = [
        int(version["name"].rpartition("/")[2])
        for version in request.gcloud.listed("secrets", "versions", "list", name)
        if version["state"] == "ENABLED"
    ]
    return str(max(enabled)) if enabled else None


def _add(
    request: Request, secret: wanted.Secret, newest: str | None, *, exists: bool
) -> str | None:
    name, value = request.secret(secret.variable), _value(request, secret)
    if not value:
        note(f"- {secret.variable} is empty and stays out; what needs it stays off")
        return newest
    if not exists:
        request.gcloud.change("secrets", "create", name, "--replication-policy=automatic")
    request.gcloud.change("secrets", "versions", "add", name, "--data-file=-", stdin=value)
    return str(int(newest or 0) + 1) if request.gcloud.dry_run else _newest(request, name)


def _value(request: Request, secret: wanted.Secret) -> str:
    """From the environment file, the keyboard or chance; empty where it may be.

    Where it is renewed the keyboard comes first: the file may hold the old value still.
    """
    filed, renewed = request.values.get(secret.variable, ""), secret.variable in request.renew
    if renewed and filed:
        return _renewed(request, secret, filed)
    if filed:
        return filed
    if request.gcloud.dry_run:
        return "asked for when this is no dry run" if secret.required else ""
    typed = _typed(secret) if request.interactive else ""
    if typed or not secret.required:
        return typed
    if secret.inventable:
        name = request.secret(secret.variable)
        note(f"  {secret.variable} is made up; whoever may see it reads it with")
        note(f"  gcloud secrets versions access latest --secret={name}")
        return chance.token_urlsafe(32)
    raise Stop(
        f"{secret.variable} is missing: {secret.asks}. Put it into the environment file, or start "
        "me in a terminal and type it."
    )


def _renewed(request: Request, secret: wanted.Secret, filed: str) -> str:
    """What is typed, else the environment file's."""
    typed = ""
    if request.interactive and not request.gcloud.dry_run:
        typed = _typed(secret, " (Enter takes the environment file's)")
    if not typed:
        note(f"  {secret.variable}: the environment file's value is taken")
    elif typed != filed:
        note(f"  {secret.variable}: the environment file holds another; change it there too")
    return typed or filed


def _typed(secret: wanted.Secret, otherwise: str = "") -> str:
    if not otherwise and secret.inventable:
        otherwise = " (Enter makes one up)"
    elif not otherwise and not secret.required:
        otherwise = " (Enter for none)"
    return getpass.getpass(f"   ? {secret.variable}, {secret.asks}{otherwise}: ").strip()


def grants(request: Request, versions: Mapping[str, str]) -> Iterator[Grant]:
    """Who may read, and who may renew, the secrets that have a version."""
    for function in request.functions:
        for variable in request.secrets_of(function):
            if variable in versions:
                name = ("secrets", request.secret(variable))
                yield Grant(function.name, "roles/secretmanager.secretAccessor", name, "reads it")
                if variable in function.renews:
                    role = "roles/secretmanager.secretVersionManager"
                    yield Grant(function.name, role, name, "stores a renewed one")
