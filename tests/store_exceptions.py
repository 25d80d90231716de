"""What Google's emulator does otherwise than Firestore, test by test: the one table of it.

These tests are expected to fail with `--store`. One that passes there is an error, and so is a row
that names no test: whoever mends what differs takes its row away.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class StoreException:
    """Tests that Google's emulator cannot pass."""

    tests: str  #: their ids, with * for anything
    why: str
    source: str  #: who says that it is the emulator that errs, or what the test needs of ours
    always: bool = True  #: they fail each time; those that fail only at times are not run

    def names(self, test: str) -> bool:
        """Whether it is about this test."""
        return fnmatchcase(test, self.tests.replace("[", "[[]"))


_TABLE = "tests/emulators/firestore/test_store_in_use.py::test_it_behaves"
_LOCKS = (
    "a transaction's reads hold shared locks for as long as it lasts, a commit waits 2 s for those "
    "of the others, and they for its own: of several at once nearly all are aborted, again and "
    "again"
)
_SERVER = "Firestore documentation, Transaction serializability and isolation: one wins each time"

EXCEPTIONS: tuple[StoreException, ...] = (
    StoreException(
        f"{_TABLE}_as_documented[creating_what_exists_is_refused]",
        "it says 'entity already exists' where Firestore says 'Document already exists'",
        "Firestore's own words, as quoted in the issues of its clients",
    ),
    StoreException(
        f"{_TABLE}_as_documented[updating_what_is_missing_is_refused]",
        "it says 'no entity to update' where Firestore says 'No document to update'",
        "Firestore's own words, as quoted in the issues of its clients",
    ),
    StoreException(
        f"{_TABLE}_as_documented[a_group_is_partitioned_without_loss]",
        "it has no PartitionQuery",
        "its own answer, UNIMPLEMENTED",
    ),
    StoreException(
        f"{_TABLE}_as_documented[beginning_can_be_folded_into_the_first_read]",
        "its answer to a commit without writes has no commit_time",
        "Firestore RPC reference, CommitResponse",
    ),
    StoreException(
        f"{_TABLE}_as_documented[the_server_sets_the_time]",
        "its server's time is that of the request, milliseconds before the commit's",
        "Firestore RPC reference, DocumentTransform: all of a commit have its time",
        always=False,
    ),
    StoreException(
        f"{_TABLE}_as_documented[concurrent_increments_all_count]", _LOCKS, _SERVER, always=False
    ),
    StoreException(
        f"{_TABLE}_so_asynchronously[concurrent_transactions_all_count]",
        _LOCKS,
        _SERVER,
        always=False,
    ),
    StoreException(
        "tests/delivery/test_line.py::test_several_senders_at_once_keep_the_account_s_rate",
        f"{_LOCKS}; and while the clock stands still, no pause lets the others pass",
        f"{_SERVER}; tests/scenarios/test_crowd.py tries it in real time",
        always=False,
    ),
)
