"""A person's data is deleted, or handed over; what remains of a deletion names nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog

from services.accounts.service import stopped
from services.domain import paths
from services.domain.account import AccountState
from services.domain.documents import Delete, Query, Snapshot, Write
from services.domain.fields import DeletionFields
from services.domain.ids import igsid_of, is_platform_id, split_thread_id
from services.domain.plain import plain
from services.domain.retention import kept
from services.domain.text import Text
from services.ports import Clock, Documents, Ids
from services.store.paging import Cursor, page

_log = structlog.get_logger()

#: What stands below a conversation, each with its instant.
_BELOW = {
    paths.MESSAGES: "created_at",
    paths.TURNS: "ended_at",
    paths.RECEIPTS: "created_at",
    paths.MEDIA: "created_at",
}
#: Documents of one commit.
_BATCH = 200
#: Commits of one call; a larger deletion goes on at the next one.
_MOST_BATCHES = 100
#: How long the record of a deletion is kept, for whoever asks.
_KEPT_FOR = timedelta(days=365 * 3)

_SAID = {
    "running": "Your data is being deleted. Look again in a few minutes.",
    "done": "Done: your messages, your profile and everything else that was kept is deleted.",
    "nothing": "Done: nothing is kept about you.",
    "business": "Your account is disconnected. Its data is deleted by the business's operator.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """Deletes people. A deletion that was interrupted goes on where it stopped."""

    documents: Documents
    clock: Clock
    ids: Ids
    account_id: str

    def request(self, thread: str, source: str) -> str:
        """Delete a contact with all that belongs to it; the code under which to ask.

        Raises `Unavailable`; asking again then continues under the same code.
        """
        code = self._running(thread)
        if code is None:
            code, now = self.ids.new(), self.clock.now()
            record: DeletionFields = {
                "status": "running",
                "source": source,
                "thread_id": thread,
                "igsid": igsid_of(thread),
                "requested_at": now,
                "expire_at": now + _KEPT_FOR,
            }
            self.documents.commit([paths.deletion(code).merge(record)])
        self.run(code)
        return code

    def request_by_meta(self, user_id: str) -> str:
        """Meta's callback: the id is a person of ours, or of whoever connected the account."""
        if self._business(user_id) is not None:
            self.deauthorise(user_id)
            return self._record("business")
        if not is_platform_id(user_id):
            return self._record("nothing")
        thread = self._thread_of(user_id)
        return self._record("nothing") if thread is None else self.request(thread, "meta")

    def deauthorise(self, user_id: str) -> None:
        """The owner removed the app: nothing is sent until the account has a new token.

        The manager is told once; what a person has paused, or Instagram has blocked, stays so.
        """
        account_id = self._business(user_id)
        _log.warning("deauthorised", account_id=account_id)
        if account_id is None:
            return
        state, reason = AccountState.REAUTHORISE, Text("The owner removed the app at Meta.")
        now = self.clock.now()
        self.documents.transact(lambda reads: stopped(reads, account_id, state, reason, now))

    def run(self, code: str) -> bool:
        """Go on with a deletion; whether it is done. Repeating it changes nothing."""
        (record,) = self.documents.get(paths.deletion(code))
        fields = record.fields or {}
        if fields.get("status") != "running":
            return True
        thread, until = str(fields["thread_id"]), fields["requested_at"]
        # First what others decide by: turns and deliveries under way find nothing and end.
        if not fields.get("begun"):
            begun: list[Write] = [
                Delete(paths.conversation(thread)),
                Delete(paths.contact(thread)),
                Delete(paths.presence(thread)),
                paths.deletion(code).update({"begun": True}),
            ]
            self.documents.commit(begun)
        count = 0
        for batch, doomed in enumerate(self._batches(thread, until), start=1):
            self.documents.commit([Delete(path) for path in doomed])
            count += len(doomed)
            if batch >= _MOST_BATCHES:
                return False
        done: DeletionFields = {
            "status": "done",
            "thread_id": None,
            "igsid": None,
            "documents": int(fields.get("documents", 0)) + count,
            "completed_at": self.clock.now(),
        }
        self.documents.commit([paths.deletion(code).update(done)])
        _log.info("contact_deleted", code=code, documents=count)
        return True

    def resume(self) -> int:
        """Go on with what was interrupted; how many there were."""
        running = self.documents.query(
            Query(paths.DELETIONS, where=[("status", "==", "running")], limit=5)
        )
        for record in running:
            self.run(record.id)
        return len(running)

    def status(self, code: str) -> str | None:
        """How a deletion stands, in a sentence; None for an unknown code."""
        if not code.isalnum():
            return None
        (record,) = self.documents.get(paths.deletion(code))
        return _SAID.get(str(record.fields.get("status"))) if record.fields else None

    def _thread_of(self, igsid: str) -> str | None:
        """The person's thread, whichever account it is with, or what is left of it."""
        for collection in (paths.CONVERSATIONS, paths.CONTACTS, paths.DELETIONS):
            found = self.documents.query(Query(collection, where=[("igsid", "==", igsid)], limit=1))
            if found:
                return str((found[0].fields or {}).get("thread_id") or found[0].id)
        return None

    def _running(self, thread: str) -> str | None:
        """The code of a deletion that has begun; once it is done it names no thread."""
        found = self.documents.query(
            Query(paths.DELETIONS, where=[("thread_id", "==", thread)], limit=1)
        )
        return found[0].id if found else None

    def _record(self, status: Literal["business", "nothing"]) -> str:
        code, now = self.ids.new(), self.clock.now()
        fields: DeletionFields = {
            "status": status,
            "source": "meta",
            "requested_at": now,
            "completed_at": now,
            "expire_at": now + _KEPT_FOR,
        }
        self.documents.commit([paths.deletion(code).merge(fields)])
        return code

    def _business(self, user_id: str) -> str | None:
        """The account that is meant, by its own id or by that which this app knows it by."""
        if user_id == self.account_id:
            return user_id
        found = self.documents.query(
            Query(paths.ACCOUNTS, where=[("app_scoped_id", "==", user_id)], limit=1)
        )
        return found[0].id if found else None

    def _batches(self, thread: str, until: datetime) -> Iterator[list[str]]:
        """Paths of what belongs to the person, until nothing is left."""
        for collection, instant in _BELOW.items():
            name = paths.below(thread, collection)
            yield from self._old(Query(name, order=[(instant, "ASCENDING")], limit=_BATCH), until)
        parties = split_thread_id(thread)
        by_thread = (paths.TOKENS, paths.ALERTS, paths.AUDIT)
        queries = [Query(c, where=[("thread_id", "==", thread)], limit=_BATCH) for c in by_thread]
        queries.append(
            Query(paths.AUDIT, where=[("target", "==", paths.contact(thread))], limit=_BATCH)
        )
        if parties is not None:
            queries.append(
                Query(
                    paths.UNHANDLED,
                    where=[("igsids", "array_contains", parties[1])],
                    limit=_BATCH,
                )
            )
        for query in queries:
            while found := self.documents.query(query):
                yield [s.path for s in found]

    def _old(self, query: Query, until: datetime) -> Iterator[list[str]]:
        """What was there when the deletion was asked for; what came later stays."""
        instant = query.order[0][0]
        while True:
            found = self.documents.query(query)
            old = [s.path for s in found if _before(s, instant, until)]
            if not old:
                return
            yield old


def _before(snapshot: Snapshot, instant: str, until: datetime) -> bool:
    fields = snapshot.fields or {}
    instants = [fields.get(instant), fields.get("received_at")]
    return any(isinstance(at, datetime) and at <= until for at in instants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Hands over what is kept about a person."""

    documents: Documents
    clock: Clock

    def contact(self, thread: str) -> dict[str, Any]:
        """Everything about one contact, in JSON's types."""
        conversation, contact = self.documents.get(
            paths.conversation(thread), paths.contact(thread)
        )
        below = {
            name: self._all(paths.below(thread, name), instant)
            for name, instant in _BELOW.items()
            if name != paths.MEDIA
        }
        return {
            "exported_at": self.clock.now().isoformat(),
            "contact": plain(contact.fields or {}),
            "conversation": plain(conversation.fields or {}),
            **below,
        }

    def _all(self, collection: str, instant: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        now = self.clock.now()
        cursor: Cursor | None = None
        while True:
            rows = page(
                self.documents, Query(collection), instant, cursor, "ASCENDING", size=_BATCH
            )
            found += [{"id": s.id, **plain(s.fields or {})} for s in rows.rows if kept(s, now)]
            if rows.next is None or rows.next == str(cursor):
                return found
            cursor = Cursor.parse(rows.next)
