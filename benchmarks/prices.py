"""List prices in US dollars, each with where it was read and when; none includes a free tier.

An `undated copy` is a stored copy of the page (or, for Firestore, a guide that quotes it): right
when it was stored, and to be looked up again before anyone relies on it. Prices change: change them
here, and `./dev bench cost` and the tables follow.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for `per` units of something."""

    what: str
    dollars: float
    per: float
    source: str
    read: str

    def of(self, units: float) -> float:
        """What so many units cost."""
        return units / self.per * self.dollars


_UNDATED = "undated copy"
_RUN = "cloud.google.com/run/pricing, request-based billing, tier-1 region"
_FIRESTORE = "Airbyte's guide to Firestore's prices, regional, US"
_SECRETS = "cloud.google.com/secret-manager/pricing"
READ = Price("Firestore document read", 0.03, 100_000, _FIRESTORE, _UNDATED)
WRITE = Price("Firestore document write", 0.09, 100_000, _FIRESTORE, _UNDATED)
DELETE = Price("Firestore document delete", 0.01, 100_000, _FIRESTORE, _UNDATED)
CPU = Price("vCPU-second", 0.000024, 1, _RUN, _UNDATED)
MEMORY = Price("GiB-second", 0.0000025, 1, _RUN, _UNDATED)
REQUEST = Price("request to a function", 0.40, 1_000_000, _RUN, _UNDATED)
TASK = Price("Cloud Tasks operation", 0.40, 1_000_000, "cloud.google.com/tasks/pricing", _UNDATED)
SECRET = Price("secret version, a month", 0.06, 1, _SECRETS, _UNDATED)
ACCESS = Price("secret access", 0.03, 10_000, _SECRETS, _UNDATED)
JOB = Price("Cloud Scheduler job, 31 days", 0.10, 1, "cloud.google.com/scheduler/pricing", _UNDATED)
LOG = Price("GiB of logs", 0.50, 1, "Cloud Logging's price page", "2026-09-12")
GOOGLE = (READ, WRITE, DELETE, CPU, MEMORY, REQUEST, TASK, SECRET, ACCESS, JOB, LOG)


@dataclass(frozen=True, slots=True)
class Model:
    """Dollars for a million tokens."""

    name: str
    tokens_in: float
    tokens_out: float


MODELS_SOURCE = "Gemini API price list as mirrored by models.dev"
MODELS_READ = "2026-10-07"
MODELS = (
    Model("gemini-3.1-flash-lite (default)", 0.25, 1.50),
    Model("gemini-3.5-flash-lite", 0.30, 2.50),
    Model("gemini-3.8-flash, until 2026-12-31", 0.75, 3.75),
    Model("gemini-3.8-flash, from 2027", 1.50, 7.50),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """What another product asks for 1,000 conversations of 4 messages and 2 replies."""

    name: str
    low: int
    high: int
    how: str
    read: str


PEERS = (
    Peer("ManyChat, Pro", 25, 45, "tiers as users report them; its AI costs more", "2026-08-13"),
    Peer("Meta Business Agent", 40, 100, "$2 per 1M tokens, 20 to 25 thousand each", "2026-07"),
    Peer("Chatwoot cloud, Startups", 53, 53, "$19 and 1,700 credits at $20/1,000", "2026-09-20"),
    Peer("n8n cloud, Pro", 54, 65, "€50 to 60 at $1.08; model and server extra", "2026-05"),
    Peer("Botpress, Plus", 95, 110, "$89 and the model's tokens", "2026-05"),
    Peer("Chatfuel, Super", 99, 99, "1,000 contacts", "2026-08-13"),
    Peer("respond.io, Growth", 199, 199, "the plan alone", "2026-09-20"),
    Peer("Intercom Fin", 613, 1_009, "600 to 1,000 outcomes at $0.99, a seat", "2026-09-20"),
    Peer("Agentforce", 2_000, 2_000, "$2 a conversation", "2026-10-07"),
)
