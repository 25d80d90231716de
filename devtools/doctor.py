"""`./dev doctor`, `./dev subscribe`: what is missing before a deployment works, in words."""

import argparse
import hashlib
import hmac
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy import wanted
from deploy.request import read_values
from devtools import ROOT, words
from devtools.stop import Stop
from services.accounts.health import FIELDS, PAGE_FIELDS
from services.adapters.graph import FixedToken
from services.adapters.instagram import Flavour, Instagram
from services.domain.operation import OperatingSettings
from services.errors import GraphRefused, Unavailable
from services.settings import apps_of

#: The variable of the page that speaks for the account, on the Messenger platform.
PAGE = "FACEBOOK_PAGE_ID"
GRAPH = "https://graph.instagram.com/v26.0"
GEMINI = "https://generativelanguage.googleapis.com"
WHATSAPP = "https://graph.facebook.com"
_EMPTY_EVENT = b'{"object":"instagram","entry":[]}'


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands, and what to do about it."""

    mark: str
    what: str
    advice: str = ""


def well(what: str) -> Finding:
    """It works."""
    return Finding("ok", what)


def ill(what: str, advice: str) -> Finding:
    """It does not, and that has to be mended."""
    return Finding("!!", what, advice)


def unknown(what: str, advice: str) -> Finding:
    """It could not be looked at, or may be left out."""
    return Finding("--", what, advice)


def main(arguments: list[str]) -> int:
    """One command line; 1 if something has to be mended."""
    subscribing = arguments[:1] == ["subscribe"]
    options = _parser(subscribing=subscribing).parse_args(arguments[subscribing:])
    values = read_values(options.env_file)
    with httpx.Client(timeout=20) as client:
        if subscribing:
            findings = [subscribe(values)]
        else:
            findings = [*settings(values, options.env_file)]
            if options.live:
                findings += live(client, values, options.webhook)
    for finding in findings:
        print(
            f"{finding.mark} {finding.what}" + (f"\n     {finding.advice}" * bool(finding.advice))
        )
    ills = sum(finding.mark == "!!" for finding in findings)
    print(f"{ills} to mend." if ills else "Nothing to mend.")
    if not subscribing and not options.live:
        print("`./dev doctor --live` also asks Meta, Google and the deployed webhook.")
    return 1 if ills else 0


def settings(values: Mapping[str, str], file: Path) -> Iterator[Finding]:
    """What stands in the environment file."""
    if not file.exists():
        yield ill(f"{file.name} is not there", "cp .env.example .env, and fill it in")
    account = values.get("INSTAGRAM_PAGE_ID", "")
    if account.isdecimal():
        yield well(f"INSTAGRAM_PAGE_ID is a number, {account}")
    else:
        advice = "the account's user_id, digits only: docs/meta.md, step 3"
        yield ill("INSTAGRAM_PAGE_ID is no number", advice)
    for secret in wanted.SECRETS:
        if secret.variable in values:
            yield well(f"{secret.variable} is filled in")
        elif secret.inventable:
            yield unknown(f"{secret.variable} is empty", "./dev deploy makes one up")
        elif secret.required:
            yield unknown(f"{secret.variable} is empty", f"./dev deploy asks for {secret.asks}")
        else:
            yield unknown(f"{secret.variable} is empty", f"may be left out: {secret.asks}")


def live(client: httpx.Client, values: Mapping[str, str], webhook: str) -> Iterator[Finding]:
    """What the services themselves say; nothing is changed and nobody is written to."""
    yield from _instagram(values)
    yield from _webhook(client, values, webhook)
    if key := values.get("GEMINI_API_KEY"):
        model = OperatingSettings().model
        url = f"{values.get('GOOGLE_GEMINI_BASE_URL') or GEMINI}/v1/models/{model}"
        answer = _get(client, url, {"x-goog-api-key": key})
        advice = "make a new key in Google AI Studio"
        yield _by_status(f"Gemini takes the key and knows {model}", answer, advice)
    if token := values.get("WHATSAPP_ACCESS_TOKEN"):
        base = values.get("WHATSAPP_API_BASE_URL") or WHATSAPP
        url = f"{base}/{values.get('WHATSAPP_PHONE_NUMBER_ID', '')}"
        answer = _get(client, url, _bearer(token))
        advice = "docs/meta.md, step 9: a system user's token, and the id of the phone number"
        yield _by_status("WhatsApp takes the token for that number", answer, advice)


def _instagram(values: Mapping[str, str]) -> Iterator[Finding]:
    token = values.get("INSTAGRAM_ACCESS_TOKEN")
    if not token:
        advice = "put INSTAGRAM_ACCESS_TOKEN into the environment file while you look"
        yield unknown("Instagram was not asked", advice)
        return
    instagram = _connection(values, token)
    page = instagram.on_messenger
    what, variable = ("page", PAGE) if page else ("account", "INSTAGRAM_PAGE_ID")
    try:
        number, name = _speaker(instagram, token)
    except (GraphRefused, Unavailable) as error:
        advice = "docs/meta.md, step 4: generate a token again; one ends after 60 days unrenewed"
        yield ill(f"not so: Instagram takes the token ({error})", advice)
        return
    if number == values.get(variable):
        yield well(f"the token is that of {name}, the {what} that answers")
    else:
        advice = f"set {variable}={number}, or use that {what}'s token"
        yield ill(f"the token belongs to another {what}, {name}", advice)
    yield _subscribed(instagram, values)


def _connection(values: Mapping[str, str], token: str) -> Instagram:
    """Instagram as the deployed functions ask it: for the account, or for the page that speaks."""
    flavour = Flavour()
    if page := values.get(PAGE):
        proof = dict(reversed(apps_of(values, "meta"))).get("meta", "")
        flavour = Flavour(name="messenger", page_id=page, app_secret=proof)
    url = values.get("INSTAGRAM_API_BASE_URL") or GRAPH
    return Instagram(url, FixedToken(token), flavour=flavour)


def _speaker(instagram: Instagram, token: str) -> tuple[str, str]:
    """Number and name of whom a token speaks for; a page has no `user_id`."""
    if not instagram.on_messenger:
        return instagram.whose(token)
    name, number = instagram.identity("me")
    return number, name


def _subscribed(instagram: Instagram, values: Mapping[str, str]) -> Finding:
    try:
        chosen = instagram.subscribed_fields(_account(values))
    except (GraphRefused, Unavailable) as error:
        what = f"not so: Instagram tells what is subscribed ({error})"
        return ill(what, "docs/meta.md, step 6")
    fields = _fields(instagram)
    if missing := sorted(set(fields) - chosen):
        return ill(f"not subscribed: {', '.join(missing)}", "run ./dev subscribe")
    if instagram.on_messenger:
        return well("the page is subscribed; its fields are chosen in Meta's dashboard")
    return well(f"all {len(fields)} fields are subscribed")


def _fields(instagram: Instagram) -> Sequence[str]:
    return PAGE_FIELDS if instagram.on_messenger else FIELDS


def _account(values: Mapping[str, str]) -> str:
    """The account as the Graph API is asked for it: whoever has the token, where it is not said."""
    return values.get("INSTAGRAM_PAGE_ID") or "me"


def _webhook(client: httpx.Client, values: Mapping[str, str], url: str) -> Iterator[Finding]:
    if not url:
        advice = "--webhook https://moca-webhook-….run.app, as ./dev deploy printed it"
        yield unknown("the webhook was not tried", advice)
        return
    if word := values.get("INSTAGRAM_VERIFY_TOKEN"):
        query = {"hub.mode": "subscribe", "hub.challenge": "4711", "hub.verify_token": word}
        answer = _get(client, url, {}, query)
        right = not isinstance(answer, str) and answer.text == "4711"
        advice = "is INSTAGRAM_VERIFY_TOKEN the deployed one? Is the function public?"
        yield (
            well("the webhook knows the verify token")
            if right
            else ill("the webhook does not answer Meta's handshake", advice)
        )
    for family in ("instagram", "meta"):
        name, apps = f"{family.upper()}_APP_SECRET", apps_of(values, family)
        for place, (_, secret) in enumerate(apps, 1):
            which = f", {place} of {len(apps)}" if len(apps) > 1 else ""
            advice = f"deploy the same {name}: ./dev deploy --renew-secret {name}"
            answer = _post(client, url, hmac.new(secret.encode(), _EMPTY_EVENT, hashlib.sha256))
            yield _by_status(f"the webhook takes what {name} signs{which}", answer, advice)
    forged = _post(client, url, hmac.new(b"a stranger's", _EMPTY_EVENT, hashlib.sha256))
    refused = not isinstance(forged, str) and forged.status_code == 401
    yield (
        well("the webhook refuses a stranger's signature")
        if refused
        else ill(
            "the webhook does not refuse a stranger's signature with 401", "is it really Moca's?"
        )
    )


def subscribe(values: Mapping[str, str]) -> Finding:
    """Ask Instagram to send the account's events: the second of the two subscriptions."""
    token = values.get("INSTAGRAM_ACCESS_TOKEN")
    if not token:
        raise Stop("INSTAGRAM_ACCESS_TOKEN is not in the environment file: docs/meta.md, step 4.")
    instagram = _connection(values, token)
    try:
        instagram.subscribe(_account(values), _fields(instagram))
    except GraphRefused as error:
        advice = "choose the same fields in the dashboard first: docs/meta.md, step 5"
        return ill(f"not so: Instagram took the subscription ({error})", advice)
    except Unavailable as error:
        return ill(f"not so: Instagram took the subscription ({error})", "try again")
    return _subscribed(instagram, values)


def _get(
    client: httpx.Client, url: str, headers: Mapping[str, str], query: Any = None
) -> httpx.Response | str:
    try:
        return client.get(url, headers=headers, params=query)
    except httpx.HTTPError as error:
        return type(error).__name__


def _post(client: httpx.Client, url: str, signature: "hmac.HMAC") -> httpx.Response | str:
    headers = {"X-Hub-Signature-256": f"sha256={signature.hexdigest()}"}
    try:
        return client.post(url, content=_EMPTY_EVENT, headers=headers)
    except httpx.HTTPError as error:
        return type(error).__name__


def _by_status(what: str, answer: httpx.Response | str, advice: str) -> Finding:
    if isinstance(answer, str):
        return ill(f"not so: {what} (no answer: {answer})", "is the address right, the network up?")
    if answer.status_code == 200:
        return well(what)
    return ill(f"not so: {what} (it answered {answer.status_code}{_code(answer)})", advice)


def _code(answer: httpx.Response) -> str:
    """Meta's own number for what is wrong; never its words, which may hold the token."""
    try:
        error = answer.json()["error"]
        return f", error {error['code']}"
    except (ValueError, KeyError, TypeError):
        return ""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _parser(*, subscribing: bool) -> argparse.ArgumentParser:
    if subscribing:
        parser = words.parser(
            "subscribe", "Have Instagram send the account's events, and show which it sends."
        )
    else:
        parser = words.parser("doctor", "Say what is missing before a deployment works.")
        parser.add_argument(
            "--live", action="store_true", help="ask Meta, Google and the webhook as well"
        )
        parser.add_argument(
            "--webhook", default="", metavar="URL", help="the deployed webhook's address"
        )
    parser.add_argument(
        "--env-file", type=Path, metavar="FILE", default=ROOT / ".env", help="read instead of .env"
    )
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        print(f"dev: {stop}", file=sys.stderr)
        sys.exit(stop.code)
