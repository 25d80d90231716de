"""`./dev doctor`, `./dev subscribe`: what is missing before a deployment works, in words."""

import argparse
import hashlib
import hmac
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy import wanted
from deploy.request import read_values
from devtools import ROOT, words
from devtools.stop import Stop
from services.domain.operation import Operation
from services.settings import apps_of

#: What Moca understands; the app must have chosen the same fields in Meta's dashboard.
FIELDS = (
    "messages",
    "message_echoes",
    "message_edit",
    "message_reactions",
    "messaging_handover",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "standby",
)
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
            findings = [subscribe(client, values)]
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
    yield from _instagram(client, values)
    yield from _webhook(client, values, webhook)
    if key := values.get("GEMINI_API_KEY"):
        model = Operation().model
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


def _instagram(client: httpx.Client, values: Mapping[str, str]) -> Iterator[Finding]:
    token, account = values.get("INSTAGRAM_ACCESS_TOKEN"), values.get("INSTAGRAM_PAGE_ID", "")
    if not token:
        advice = "put INSTAGRAM_ACCESS_TOKEN into the environment file while you look"
        yield unknown("Instagram was not asked", advice)
        return
    base = values.get("INSTAGRAM_API_BASE_URL") or GRAPH
    me = _get(client, f"{base}/me?fields=user_id,username", _bearer(token))
    if isinstance(me, str) or me.status_code != 200:
        advice = "docs/meta.md, step 4: generate a token again; one ends after 60 days unrenewed"
        yield _by_status("Instagram takes the token", me, advice)
        return
    who = me.json()
    if str(who.get("user_id")) == account:
        yield well(f"the token is that of {who.get('username')}, the account that answers")
    else:
        advice = f"set INSTAGRAM_PAGE_ID={who.get('user_id')}, or use that account's token"
        yield ill(f"the token belongs to another account, {who.get('username')}", advice)
    yield _subscribed(client, f"{base}/me/subscribed_apps", token)


def _subscribed(client: httpx.Client, url: str, token: str) -> Finding:
    answer = _get(client, url, _bearer(token))
    if isinstance(answer, str) or answer.status_code != 200:
        return _by_status("Instagram tells what is subscribed", answer, "docs/meta.md, step 6")
    chosen = {field for app in answer.json()["data"] for field in app["subscribed_fields"]}
    missing = [field for field in FIELDS if field not in chosen]
    if missing:
        return ill(f"not subscribed: {', '.join(missing)}", "run ./dev subscribe")
    return well(f"all {len(FIELDS)} fields are subscribed")


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


def subscribe(client: httpx.Client, values: Mapping[str, str]) -> Finding:
    """Ask Instagram to send the account's events: the second of the two subscriptions."""
    token = values.get("INSTAGRAM_ACCESS_TOKEN")
    if not token:
        raise Stop("INSTAGRAM_ACCESS_TOKEN is not in the environment file: docs/meta.md, step 4.")
    url = f"{values.get('INSTAGRAM_API_BASE_URL') or GRAPH}/me/subscribed_apps"
    fields = {"subscribed_fields": ",".join(FIELDS)}
    try:
        answer = client.post(url, params=fields, headers=_bearer(token))
    except httpx.HTTPError as error:
        return _by_status("Instagram took the subscription", type(error).__name__, "try again")
    if answer.status_code != 200:
        advice = "choose the same fields in the dashboard first: docs/meta.md, step 5"
        return _by_status("Instagram took the subscription", answer, advice)
    return _subscribed(client, url, token)


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
