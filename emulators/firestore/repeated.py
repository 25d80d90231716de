"""Several writes to one document in one request: they are one change, so they must fit together."""

from collections.abc import Iterable

import grpc

from emulators.firestore.messages import Precondition, Write
from emulators.refused import Refused


def check(writes: Iterable[tuple[str, Write]]) -> None:
    """INVALID_ARGUMENT if a write, by document name, demands what an earlier one rules out."""
    earlier: dict[str, list[Write]] = {}
    for name, write in writes:
        before = earlier.setdefault(name, [])
        if before:
            _check_next(before[0], before[-1], write)
        before.append(write)


def _check_next(first: Write, last: Write, write: Write) -> None:
    wanted = write.current_document
    there = last.WhichOneof("operation") != "delete"
    demands = _demanded(write)
    if demands is not None and demands is not there:
        raise _invalid(f"Cannot {_verb(last)} then {_verb(write)} an entity in the same request.")
    if wanted.HasField("update_time") and wanted != first.current_document:
        raise _invalid("Cannot collapse mutations with different version preconditions")


def _demanded(write: Write) -> bool | None:
    """Whether the document must be there, as far as what an earlier write left can tell."""
    wanted = write.current_document
    if wanted.HasField("exists"):
        return bool(wanted.exists)
    if wanted.HasField("update_time") and write.WhichOneof("operation") != "delete":
        return True
    return None


def _verb(write: Write) -> str:
    if write.WhichOneof("operation") == "delete":
        return "delete"
    wanted: Precondition = write.current_document
    if wanted.WhichOneof("condition_type") is None:
        return "upsert"
    return "insert" if wanted.HasField("exists") and not wanted.exists else "update"


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
