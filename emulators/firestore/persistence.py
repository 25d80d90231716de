"""The documents on disk: every acknowledged commit is there after a crash at any instant."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from emulators.firestore.history import Change
from emulators.firestore.messages import Document
from emulators.firestore.names import parse_document
from emulators.firestore.records import Record

_SCHEMA = (
    # One process at a time: each keeps the documents in memory and would not see the other's. The
    # lock ends with the process, however it ends.
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    # With FULL, every commit waits until the log is on the disk: an acknowledged write survives
    # the loss of power too, not only the end of the process.
    "PRAGMA synchronous = FULL",
    "CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, document BLOB) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS latest (id INTEGER PRIMARY KEY CHECK (id = 0), instant INTEGER)",
)


class Store:
    """One SQLite file with the latest version of every document.

    Used under the engine's lock, from whatever thread holds it. RuntimeError when another process
    has the file, or it is no such file.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            path, timeout=1, isolation_level=None, check_same_thread=False
        )
        try:
            for statement in _SCHEMA:
                self._database.execute(statement)
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise RuntimeError(f"{path} cannot be opened, is it in use? ({error})") from error

    def load(self) -> Iterator[Record]:
        """Every document that was committed."""
        for name, blob in self._database.execute("SELECT name, document FROM documents"):
            yield Record(parse_document(name), Document.FromString(blob))

    def latest(self) -> int:
        """The instant of the last commit; 0 before the first."""
        row = self._database.execute("SELECT instant FROM latest").fetchone()
        return int(row[0]) if row else 0

    def write(self, changes: Iterable[Change], instant: int) -> None:
        """Make one commit durable, all of it or, if this raises, nothing of it."""
        with self._transaction():
            for change in changes:
                self._put(change)
            self._note(instant)

    def clear(self, instant: int) -> None:
        """Delete every document, as of `instant`; all of them or, if this raises, none."""
        with self._transaction():
            self._database.execute("DELETE FROM documents")
            self._note(instant)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise

    def _note(self, instant: int) -> None:
        self._database.execute("INSERT OR REPLACE INTO latest VALUES (0, ?)", (instant,))

    def _put(self, change: Change) -> None:
        if change.new is None:
            self._database.execute("DELETE FROM documents WHERE name = ?", (change.name.text,))
        else:
            self._database.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?)",
                (change.name.text, change.new.document.SerializeToString()),
            )
