"""The inbox: which conversations a view shows, page by page, and how they are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.domain import paths
from services.domain.documents import Query, Snapshot
from services.domain.playground import THREAD, is_playground
from services.domain.retention import kept
from services.domain.terms import plain, terms
from services.ports import Clock, Documents
from services.store.paging import Cursor, page

#: The tabs, in order, with what they are called.
TABS = {
    "needs": "Needs you",
    "bot": "Bot",
    "mine": "Mine",
    "all": "All",
    "closed": "Closed",
}
STATUSES = ("open", "scheduled", "closed")
OWNERS = ("bot", "waiting", "human")
#: Counts end here: a larger number says nothing more, and each count costs one read.
MOST_COUNTED = 1000
#: Rows that a search shows, of people and of messages each.
MOST_FOUND = 25

Direction = Literal["ASCENDING", "DESCENDING"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is to be listed."""

    tab: str = "needs"
    status: str = ""
    owner: str = ""
    label: str = ""
    since: str = ""  #: a date, YYYY-MM-DD …
    zone: str = "UTC"  #: … of this IANA zone

    @classmethod
    def parse(cls, args: Mapping[str, str], zone: str = "UTC") -> "View":
        """Read it from a URL; what makes no sense is left out."""
        return cls(
            tab=_one_of(args.get("tab"), TABS, "needs"),
            status=_one_of(args.get("status"), STATUSES, ""),
            owner=_one_of(args.get("owner"), OWNERS, ""),
            label=(args.get("label") or "").strip()[:40],
            since=_date(args.get("since")),
            zone=zone,
        )

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the tab."""
        return bool(self.status or self.owner or self.label or self.since)

    @property
    def args(self) -> dict[str, Any]:
        """As it stands in a URL; the filters only where they are set."""
        given = {"status": self.status, "owner": self.owner, "label": self.label}
        given |= {"since": self.since}
        return {"tab": self.tab, **{name: value for name, value in given.items() if value}}

    @property
    def order(self) -> tuple[str, Direction]:
        """Waiting longest first where somebody waits; else what changed last first."""
        return ("boundary_at", "ASCENDING") if self.tab == "needs" else ("updated_at", "DESCENDING")

    def query(self, operator_id: str) -> Query:
        """The conversations of the view, without their order."""
        where: list[Any] = []
        if self.tab in ("needs", "bot"):
            where.append(("owner", "==", "waiting" if self.tab == "needs" else "bot"))
        elif self.tab == "mine":
            where.append(("assignee", "==", operator_id))
        elif self.tab == "closed":
            where.append(("status", "==", "closed"))
        # What the team has put off is out of its way; everything that waits has a status.
        status = self.status or ("open" if self.tab == "needs" else "")
        if status and self.tab != "closed":
            where.append(("status", "==", status))
        if self.owner and self.tab not in ("needs", "bot"):
            where.append(("owner", "==", self.owner))
        if self.label:
            where.append(("labels", "array_contains", self.label))
        if self.since:
            since = datetime.fromisoformat(self.since).replace(tzinfo=ZoneInfo(self.zone))
            where.append((self.order[0], ">=", since))
        return Query(paths.CONVERSATIONS, where=where)

    def shows(self, row: Mapping[str, Any], operator_id: str) -> bool:
        """Whether a conversation belongs in the view: the same rules, without a query."""
        for field, operator, value in self.query(operator_id).where:
            stored = row.get(field)
            if operator == "==" and stored != value:
                return False
            if operator == "array_contains" and value not in (stored or ()):
                return False
            if operator == ">=" and (stored is None or stored < value):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation of a list."""

    thread_id: str
    fields: dict[str, Any]
    contact: dict[str, Any]
    found: str = ""  #: the text by which a search found it …
    found_direction: str = ""  #: … and who wrote that


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a view."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeInbox:
    """Lists and finds conversations, the playground's aside. Every answer costs what it shows."""

    documents: Documents
    clock: Clock

    def listed(self, view: View, operator_id: str, cursor: str | None = None) -> Listed:
        """One page of a view: two round trips at most, a read a row and one a nameless one."""
        field, direction = view.order
        found = page(
            self.documents, view.query(operator_id), field, Cursor.parse(cursor), direction
        )
        return Listed(self._with_contacts(found.rows), found.next)

    def counts(self, operator_id: str) -> dict[str, int]:
        """How many conversations each tab holds, up to `MOST_COUNTED`; one read each, and one."""
        (played,) = self.documents.get(paths.conversation(THREAD))
        counts = {}
        for tab in TABS:
            shown = View(tab=tab)
            count = self.documents.count(shown.query(operator_id), MOST_COUNTED)
            extra = played.fields is not None and shown.shows(played.fields, operator_id)
            counts[tab] = count - 1 if extra and count < MOST_COUNTED else count
        return counts

    def rows(self, thread_ids: Sequence[str]) -> list[Row]:
        """These conversations as they stand now; one round trip."""
        thread_ids = [t for t in thread_ids if not is_playground(t)]
        if not thread_ids:
            return []
        threads = [paths.conversation(t) for t in thread_ids]
        found = self.documents.get(*threads, *(paths.contact(t) for t in thread_ids))
        half = len(thread_ids)
        return [
            Row(stored.id, stored.fields, contact.fields or {})
            for stored, contact in zip(found[:half], found[half:], strict=True)
            if stored.fields is not None
        ]

    def people(self, text: str) -> list[Row]:
        """Whose name or handle begins with `text`."""
        start = plain(text.strip().lstrip("@"))[:80]
        if not start:
            return []
        found: dict[str, Snapshot] = {}
        for field in ("name_key", "username_key"):
            where: list[Any] = [(field, ">=", start), (field, "<", start + "\uf8ff")]
            query = Query(
                paths.CONTACTS, where=where, order=[(field, "ASCENDING")], limit=MOST_FOUND
            )
            found |= {s.id: s for s in self.documents.query(query)}
        return self.rows(list(found)[:MOST_FOUND])

    def texts(self, text: str) -> list[Row]:
        """Conversations with a message that holds every word of `text`, newest first.

        Firestore finds one word by index; the others are looked for in what it found.
        """
        words = sorted(terms(text), key=len, reverse=True)
        if not words:
            return []
        query = Query(
            paths.MESSAGES,
            where=[("terms", "array_contains", words[0])],
            order=[("created_at", "DESCENDING")],
            limit=MOST_FOUND * 2,
            group=True,
        )
        hits: dict[str, Mapping[str, Any]] = {}
        now = self.clock.now()
        for stored in self.documents.query(query):
            fields = stored.fields or {}
            if kept(stored, now) and set(words) <= set(fields.get("terms") or ()):
                hits.setdefault(str(fields.get("thread_id")), fields)
        rows = self.rows(list(hits)[:MOST_FOUND])
        return [_found_by(row, hits[row.thread_id]) for row in rows]

    def _with_contacts(self, rows: Sequence[Snapshot]) -> list[Row]:
        rows = [row for row in rows if not is_playground(row.id)]
        contacts: dict[str, dict[str, Any]] = {}
        # A conversation carries its person's name once a profile was fetched.
        nameless = [row.id for row in rows if not (row.fields or {}).get("contact_name")]
        if nameless:
            found = self.documents.get(*(paths.contact(thread_id) for thread_id in nameless))
            contacts = {s.id: s.fields or {} for s in found}
        return [Row(row.id, row.fields or {}, contacts.get(row.id, {})) for row in rows]


def _found_by(row: Row, message: Mapping[str, Any]) -> Row:
    text, direction = str(message.get("text") or ""), str(message.get("direction") or "")
    return replace(row, found=text, found_direction=direction)


def _one_of(text: str | None, allowed: Any, otherwise: str) -> str:
    return text if text in allowed and text is not None else otherwise


def _date(text: str | None) -> str:
    """A day as it was given; none that is not one, or whose midnight no zone can hold."""
    try:
        day = datetime.strptime(text or "", "%Y-%m-%d").date()  # noqa: DTZ007 (a day)
    except ValueError:
        return ""
    return day.isoformat() if MINYEAR < day.year < MAXYEAR else ""
