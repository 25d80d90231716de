"""Which documents a TTL policy says are over."""

from collections.abc import Iterator, Mapping

from emulators.firestore import fieldpaths
from emulators.firestore.history import History
from emulators.firestore.instants import from_timestamp
from emulators.firestore.records import Record


def expired(
    history: History, database: str, policies: Mapping[str, str], now: int
) -> Iterator[Record]:
    """The documents whose policy's field holds a timestamp that is not after `now`.

    Args:
        history: where the documents are.
        database: the database that the policies belong to.
        policies: the field by collection group.
        now: the instant, in microseconds.
    """
    for collection_group, field in policies.items():
        path = fieldpaths.parse(field)
        for record in history.group(database, collection_group):
            value = fieldpaths.get(record.document.fields, path)
            if (
                value is not None
                and value.HasField("timestamp_value")
                and from_timestamp(value.timestamp_value) <= now
            ):
                yield record
