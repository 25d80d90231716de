"""What code checks, whatever the model was persuaded of: leaks, links, disclosure, limits.

All pure. The objections are sentences for the model, which then says it differently.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.agent.personal_data import EMAIL
from services.domain.conversation import RATE_WINDOW, Conversation
from services.domain.model import ToolResult
from services.domain.operation import OperatingSettings

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_DOMAIN = r"(?<![\w@.])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
#: A host without a scheme; of the endings only those that people use, or every missing space
#: after a full stop would be a link.
_BARE = re.compile(
    _DOMAIN + r"(?:com|net|org|info|biz|io|co|ai|app|dev|me|ly|gl|gg|to|cc|tv|xyz|site|online|shop"
    r"|club|link|top|click|eu|de|at|ch|fr|es|pt|it|nl|be|dk|se|fi|pl|cz|uk|us|ca|au|br|ru|cn|in|tk"
    r"|id)(?=[/\s?#:]|[.,!)]|$)",
    re.IGNORECASE,
)
_ANY_BARE = re.compile(_DOMAIN + r"[a-z]{2,24}(?![\w@])", re.IGNORECASE)
_HOST = re.compile(r"^(?:https?://)?(?:[^/\s@]*@)?([^/\s:?#]+)", re.IGNORECASE)
#: Unlike a person's, none that stands in a link's path.
_PHONE = re.compile(r"(?<![\w/])\+?\d[\d\s()./-]{6,}\d")
_DATE_OR_TIME = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}[.:]\d{2}\b(?!\d)")
#: A share of something: discounts are promised in no other unit that tells itself from a sum.
_PERCENT = re.compile(r"(?<!\d)(\d+(?:[.,]\d+)?)\s?(?:%|percent|prozent|por ciento)", re.IGNORECASE)
#: Look-ups that bring the business's own words: what others bring, the person may have written.
OWN_LOOK_UPS = frozenset({"search_knowledge", "get_net_session_dates"})
_LONG_NUMBER = re.compile(r"\d{14,}")
#: Shapes of credentials: Google, Meta, generic bearer and private keys.
_KEYS = re.compile(
    r"AIza[\w-]{20,}|\bEAA\w{20,}|\bIG[AQ][\w-]{20,}|\bya29\.[\w-]{10,}|\bsk-[\w-]{16,}"
    r"|-----BEGIN [A-Z ]*KEY|\bBearer\s+[\w.-]{16,}",
)
#: What only ever stands in our prompts and in the provider's protocol.
_CONTROL = re.compile(
    r"<<|>>|functionCall|function_call|functionResponse|tool_code|thoughtSignature"
    r"|<\|?(?:system|assistant|user|im_start|im_end|endoftext)\|?>|\[(?:INST|/INST|HANDOFF|SILENT)\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a bubble of this turn must not hold."""

    canary: str  #: stands in the system prompt and nowhere else
    tool_names: Sequence[str]
    link_hosts: frozenset[str]
    own: str  #: what the business said: its instructions and facts, and its lines
    said: str  #: the conversation, with the person's lines

    def objection(self, text: str, looked_up: Iterable[ToolResult] = ()) -> str | None:
        """Why `text` must not go out, for the model to mend, or None."""
        plain = unicodedata.normalize("NFKC", text)
        if self.canary in plain or _CONTROL.search(plain) or _KEYS.search(plain):
            return "The text holds something internal. Write only what the person should read."
        if any(re.search(rf"\b{name}\b", plain) for name in self.tool_names if "_" in name):
            return "The text names a tool. Write only what the person should read."
        found = list(looked_up)
        known = "\n".join((self.own, self.said, *map(_words, found)))
        if unknown := _foreign_links(plain, self.link_hosts):
            return f"Links to {unknown} are not allowed. Answer without that link."
        own = "\n".join((self.own, *(_words(r) for r in found if r.call.name in OWN_LOOK_UPS)))
        if offered := set(_PERCENT.findall(plain)) - set(_PERCENT.findall(own)):
            return (
                f"We never said {min(offered)} %: promise no discount that the facts do not hold."
            )
        if _foreign_contacts(plain, known):
            return (
                "The text holds an address or number that stands neither in the facts nor in "
                "this conversation. Leave it out."
            )
        return None


def _words(result: ToolResult) -> str:
    return json.dumps(dict(result.content), ensure_ascii=False, default=str)


def link_hosts(settings: OperatingSettings) -> frozenset[str]:
    """The hosts that a reply may link to: the listed ones and those in the owner's own words."""
    own = f"{settings.business_facts} {settings.house_rules} {settings.persona}"
    listed = settings.link_hosts.lower().replace(",", " ").split()
    return frozenset(_host(link) for link in [*_links(own, _ANY_BARE), *listed])


def _links(text: str, bare: re.Pattern[str] = _BARE) -> list[str]:
    addresses = _ADDRESS.findall(text)
    rest = EMAIL.sub(" ", _ADDRESS.sub(" ", text))
    return [link.rstrip(".,!?)") for link in [*addresses, *bare.findall(rest)]]


def _host(link: str) -> str:
    match = _HOST.match(link.strip())
    host = match[1].lower().rstrip(".") if match else ""
    return host.removeprefix("www.")


def _foreign_links(text: str, allowed: frozenset[str]) -> str:
    hosts = {_host(link) for link in _links(text)}
    foreign = [h for h in hosts if not any(h == a or h.endswith("." + a) for a in allowed)]
    return ", ".join(sorted(foreign))


def _foreign_contacts(text: str, known: str) -> bool:
    """Whether an address or number turns up that nobody in this turn has said."""
    said = unicodedata.normalize("NFKC", known).casefold()
    if any(mail.casefold() not in said for mail in EMAIL.findall(_ADDRESS.sub(" ", text))):
        return True
    said_digits = re.sub(r"\D", "", said)
    plain = _DATE_OR_TIME.sub(" ; ", text)
    numbers = [*_PHONE.findall(plain), *_LONG_NUMBER.findall(plain)]
    digits = (re.sub(r"\D", "", number) for number in numbers)
    return any(len(d) >= 9 and d not in said_digits for d in digits)


def must_disclose(
    thread: Conversation, last_said_at: datetime | None, settings: OperatingSettings, now: datetime
) -> bool:
    """Whether the person must be told now that a machine writes.

    At the start, after a long silence, and when the thread came back from a human
    (Instagram Platform policies, Automated experiences).
    """
    if not settings.disclosure.strip():
        return False
    told_at = thread.disclosed_at
    if told_at is None:
        return True
    boundary = thread.boundary(now)
    if boundary is not None and boundary > told_at:
        return True
    gap = timedelta(hours=settings.disclosure_gap_hours)
    return last_said_at is not None and now - last_said_at > gap


def disclosed(text: str, settings: OperatingSettings) -> str:
    """A bubble that begins with the disclosure."""
    line = settings.disclosure.replace("{business}", settings.business_name).strip()
    return f"{line}\n{text}"


def over_rate(thread: Conversation, settings: OperatingSettings, now: datetime) -> bool:
    """Whether this person has had as many turns in the hour as anybody may have."""
    if not settings.turns_per_hour or thread.turns_since is None:
        return False
    in_window = now - thread.turns_since < RATE_WINDOW
    return in_window and thread.turns_counted >= settings.turns_per_hour
