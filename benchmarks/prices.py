"""List prices in US dollars, each with where it was read and when; none includes a free tier.

Prices change: change them here, and `./dev bench cost` and the tables follow.
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


_RUN = "cloud.google.com/run/pricing, request-based billing, tier-1 region"
_FIRESTORE = "regional, us; airbyte.com/data-engineering-resources/google-firestore-pricing"
READ = Price("Firestore document read", 0.03, 100_000, _FIRESTORE, "2026-11")
WRITE = Price("Firestore document write", 0.09, 100_000, _FIRESTORE, "2026-11")
DELETE = Price("Firestore document delete", 0.01, 100_000, _FIRESTORE, "2026-11")
CPU = Price("vCPU-second", 0.000024, 1, _RUN, "2026-09")
MEMORY = Price("GiB-second", 0.0000025, 1, _RUN, "2026-09")
REQUEST = Price("request to a function", 0.40, 1_000_000, _RUN, "2026-09")
TASK = Price("Cloud Tasks operation", 0.40, 1_000_000, "cloud.google.com/tasks/pricing", "2026-09")
SECRET = Price(
    "secret version, a month", 0.06, 1, "cloud.google.com/secret-manager/pricing", "2026-09"
)
JOB = Price(
    "Cloud Scheduler job, 31 days", 0.10, 1, "cloud.google.com/scheduler/pricing", "2026-11"
)
LOG = Price("GiB of logs", 0.50, 1, "cloud.google.com/logging pricing", "2026-09-12")
GOOGLE = (READ, WRITE, DELETE, CPU, MEMORY, REQUEST, TASK, SECRET, JOB, LOG)


@dataclass(frozen=True, slots=True)
class Model:
    """Dollars for a million tokens."""

    name: str
    tokens_in: float
    tokens_out: float


MODELS_SOURCE = "Gemini API price list as mirrored by models.dev, read 2026-10-07"
MODELS = (
    Model("gemini-3.1-flash-lite (default)", 0.25, 1.50),
    Model("gemini-3.5-flash-lite", 0.30, 2.50),
    Model("gemini-3.8-flash, until 2026-12-31", 0.75, 3.75),
    Model("gemini-3.8-flash, from 2027", 1.50, 7.50),
)

#: What others ask for 1,000 conversations of 4 messages and 2 replies: low and high, and how.
PEERS = (
    ("Chatwoot cloud, Startups, 1 seat", 53, 53, "$19 and 1,700 extra credits at $20/1,000"),
    ("Meta Business Agent", 40, 100, "$2 per 1M tokens, 20 to 25 thousand each"),
    ("n8n cloud, Pro", 54, 65, "€50 to 60 at $1.08; model and server extra"),
    ("Botpress, Plus", 95, 110, "$89 and the model's tokens"),
    ("Chatfuel, Super", 99, 99, "1,000 contacts"),
    ("respond.io, Growth", 199, 199, "the plan alone"),
    ("ManyChat, Pro", 25, 45, "without its AI add-on, whose price was not found"),
    ("Intercom Fin", 613, 1_009, "600 to 1,000 outcomes at $0.99, a seat at $19"),
    ("Agentforce", 2_000, 2_000, "$2 a conversation"),
)
PEERS_READ = "list prices read between May and October 2026"
