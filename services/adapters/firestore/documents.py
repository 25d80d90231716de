"""The store port over Google's Firestore client: deadlines, our errors, few round trips."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from google.api_core import exceptions, retry
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.types import TransactionOptions
from google.cloud.firestore_v1.types import firestore as rpc

from services.adapters.firestore.reading import Reading
from services.adapters.firestore.requests import write_message
from services.adapters.firestore.tries import Tries
from services.domain.documents import Query, Snapshot, Write
from services.errors import AlreadyStored, Contention, NotStored, Unavailable
from services.ports import Clock, Ids, Work

T = TypeVar("T")

#: Seconds that one call may take: the webhook must answer within 5 (Messenger Platform, Webhooks).
DEADLINE_SECONDS = 4.0
#: Firestore ends a transaction that idles for so long (Firestore documentation, Transactions).
IDLE_LIMIT = timedelta(seconds=60)
#: While others stand in the way, no transaction is tried again later than this after its first
#: try: who has taken an item to send must call Instagram within 15 s (`services.lines`).
TRANSACTION_WITHIN = timedelta(seconds=12)
#: Nor a commit, by which the webhook stores messages: Meta hangs up after 5 s, and comes again.
COMMIT_WITHIN = timedelta(seconds=DEADLINE_SECONDS)

_log = structlog.get_logger()

_AGAIN = retry.Retry(
    predicate=retry.if_exception_type(exceptions.ServiceUnavailable),
    initial=0.05,
    maximum=0.5,
    timeout=DEADLINE_SECONDS,
)

#: The answer was lost or never came: the effect may have happened.
_LOST = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.InternalServerError,
    exceptions.Unknown,
    exceptions.Cancelled,
    exceptions.TooManyRequests,
    exceptions.RetryError,
)


class FirestoreDocuments:
    """The documents of one database.

    Every call has a deadline and raises `Unavailable` when Firestore does not answer in time.
    A transaction is begun by its first read, which saves a round trip.
    """

    def __init__(self, client: FirestoreClient, project: str, clock: Clock, ids: Ids) -> None:
        self._client = client
        self._database = f"projects/{project}/databases/(default)"
        self._metadata = (("google-cloud-resource-prefix", self._database),)
        self._clock = clock
        self._ids = ids

    def get(self, *paths: str) -> list[Snapshot]:
        """The documents, in the order of the paths; one round trip."""
        with _our_errors():
            return self._reading(_AGAIN).get(*paths)

    def query(self, query: Query) -> list[Snapshot]:
        """The documents that match; one round trip."""
        with _our_errors():
            return self._reading(_AGAIN).query(query)

    def count(self, query: Query, up_to: int) -> int:
        """How many match, at most `up_to`; billed as one read per thousand."""
        with _our_errors():
            return self._reading(_AGAIN).count(query, up_to)

    def total(self, query: Query, field: str) -> float:
        """The sum of `field` over what matches; billed as one read per thousand."""
        with _our_errors():
            return self._reading(_AGAIN).total(query, field)

    def commit(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; one round trip where nobody stands in the way.

        A lost answer is asked for again. That is safe for the callers: their increments always
        go together with a `Create`, which then meets its own document.
        """
        with _our_errors():
            tries = Tries(self._clock, self._ids, COMMIT_WITHIN)
            while True:
                try:
                    return self._commit(writes, None, _AGAIN)
                except exceptions.Aborted:
                    if not tries.rest(crowded=True):
                        raise

    def transact(self, work: Work[T]) -> T:
        """Run `work` serializably, again after a conflict or a lost answer.

        `work` decides from what it reads, so running it after its own lost commit is safe.
        """
        tries = Tries(self._clock, self._ids, TRANSACTION_WITHIN)
        while True:
            began_at = self._clock.now()
            last: Exception
            try:
                return self._attempt(work)
            except (exceptions.Aborted, *_LOST) as error:
                last = error
            except exceptions.InvalidArgument as error:
                if self._clock.now() < began_at + IDLE_LIMIT:
                    raise
                last = error  # this instance stood still: the transaction is over, not wrong
            crowded = isinstance(last, exceptions.Aborted)
            if not tries.rest(crowded=crowded):
                kind = Contention if crowded else Unavailable
                raise kind(f"Firestore: a transaction was given up: {last}") from last

    def _attempt(self, work: Work[T]) -> T:
        reading = self._reading(None, TransactionOptions(read_write={}))
        done = False
        try:
            value, writes = work(reading)
            if writes:
                self._commit(writes, reading.transaction, None)
                done = True
            return value
        finally:
            if not done and reading.transaction:
                self._rollback(reading.transaction)

    def _reading(self, again: Any, begin: Any = None) -> Reading:
        return Reading(self._client, self._database, self._metadata, again, begin)

    def _commit(self, writes: Sequence[Write], transaction: bytes | None, again: Any) -> None:
        request = rpc.CommitRequest.pb()(database=self._database)
        root = f"{self._database}/documents"
        request.writes.extend(write_message(root, write) for write in writes)
        if transaction:
            request.transaction = transaction
        self._client.commit(
            request=rpc.CommitRequest.wrap(request),
            retry=again,
            timeout=DEADLINE_SECONDS,
            metadata=self._metadata,
        )

    def _rollback(self, transaction: bytes) -> None:
        # Frees the locks at once. Where it fails they end by themselves after a minute.
        try:
            self._client.rollback(
                request={"database": self._database, "transaction": transaction},
                retry=None,
                timeout=DEADLINE_SECONDS,
                metadata=self._metadata,
            )
        except exceptions.GoogleAPICallError as error:
            _log.warning("rollback_failed", error=type(error).__name__)


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except exceptions.AlreadyExists as error:
        raise AlreadyStored(str(error)) from error
    except exceptions.NotFound as error:
        raise NotStored(str(error)) from error
    except exceptions.Aborted as error:
        raise Contention(f"Firestore: {error}") from error
    except _LOST as error:
        raise Unavailable(f"Firestore did not answer: {error}") from error
