"""What a list of writes does to the documents, computed before anything is changed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import grpc

from emulators.firestore import fieldpaths, limits, transforms
from emulators.firestore.history import Change
from emulators.firestore.instants import from_timestamp, to_timestamp
from emulators.firestore.messages import Document, Precondition, Write, WriteResult
from emulators.firestore.names import DocumentName, parse_document
from emulators.firestore.records import Record
from emulators.refused import Refused

Lookup = Callable[[str], Record | None]


class Prepared(NamedTuple):
    """The results to answer with, and the changes to make, none when nothing would differ."""

    results: list[WriteResult]
    changes: list[Change]


class PlannedWrite(NamedTuple):
    """One write and the name that it is about, checked."""

    name: DocumentName
    write: Write


def plan(database: str, writes: Iterable[Write]) -> list[PlannedWrite]:
    """Check what can be checked without the documents; INVALID_ARGUMENT for what is wrong."""
    planned = []
    for write in writes:
        name = parse_document(_target(write))
        if name.database != database:
            raise _invalid(f'Document name "{name.text}" is not in database "{database}".')
        planned.append(PlannedWrite(name, write))
    return planned


def prepare(lookup: Lookup, planned: Iterable[PlannedWrite], instant: int) -> Prepared:
    """Work out what the writes would do at `instant`, each seeing those before it.

    Raises:
        Refused: a precondition fails, a limit is broken or a transform makes no sense; then
            nothing has happened.
    """
    now: dict[str, Record | None] = {}
    before: dict[str, Record | None] = {}
    results = []
    for name, write in planned:
        if name.text not in now:
            now[name.text] = before[name.text] = lookup(name.text)
        old = now[name.text]
        if write.HasField("current_document"):
            _check_precondition(name, old, write.current_document, instant)
        record, result = _delete() if write.delete else _change(name, old, write, instant)
        now[name.text] = record
        results.append(result)
    changes = [
        Change(instant, (record or old).name, old, record)  # type: ignore[union-attr]  # one is there
        for text, record in now.items()
        if (old := before[text]) is not record
    ]
    return Prepared(results, changes)


def _target(write: Write) -> str:
    kind = write.WhichOneof("operation")
    if kind == "update":
        return str(write.update.name)
    if kind == "delete":
        return str(write.delete)
    if kind == "transform":
        return str(write.transform.document)
    raise _invalid("A write must contain an update, a delete or a transform.")


def _delete() -> tuple[None, WriteResult]:
    return None, WriteResult()


def _change(
    name: DocumentName, old: Record | None, write: Write, instant: int
) -> tuple[Record, WriteResult]:
    document = _updated(old, write)
    document.name = name.text
    field_transforms = write.update_transforms or write.transform.field_transforms
    limits.check_transforms(field_transforms)
    made = transforms.apply(document.fields, field_transforms, instant) if field_transforms else ()
    record = _record(name, old, document, instant)
    result = WriteResult(update_time=record.document.update_time)
    result.transform_results.extend(made)
    return record, result


def _updated(old: Record | None, write: Write) -> Document:
    document = Document()
    if write.WhichOneof("operation") == "transform":
        if old is not None:
            document.CopyFrom(old.document)
    elif write.HasField("update_mask"):
        if old is not None:
            document.CopyFrom(old.document)
        fieldpaths.apply_mask(document.fields, write.update.fields, write.update_mask.field_paths)
    else:
        document.CopyFrom(write.update)
    return document


def _record(name: DocumentName, old: Record | None, document: Document, instant: int) -> Record:
    """The new version, or the old one when nothing differs: its update time stays."""
    if old is not None:
        document.create_time.CopyFrom(old.document.create_time)
        document.update_time.CopyFrom(old.document.update_time)
        if document == old.document:
            return old
    stamp = to_timestamp(instant)
    document.update_time.CopyFrom(stamp)
    if old is None:
        document.create_time.CopyFrom(stamp)
    limits.check_document(document)
    return Record(name, document)


def _check_precondition(
    name: DocumentName, old: Record | None, wanted: Precondition, instant: int
) -> None:
    kind = wanted.WhichOneof("condition_type")
    if kind == "exists":
        _check_existence(name, old, wanted=wanted.exists)
    elif kind == "update_time":
        _check_update_time(old, from_timestamp(wanted.update_time), instant)


def _check_existence(name: DocumentName, old: Record | None, *, wanted: bool) -> None:
    if wanted and old is None:
        raise Refused(grpc.StatusCode.NOT_FOUND, f"No document to update: {name.text}")
    if not wanted and old is not None:
        raise Refused(grpc.StatusCode.ALREADY_EXISTS, f"Document already exists: {name.text}")


def _check_update_time(old: Record | None, wanted: int, instant: int) -> None:
    if wanted > instant:
        raise _invalid("The precondition's update_time lies in the future.")
    stored = from_timestamp(old.document.update_time) if old is not None else 0
    if stored != wanted:
        raise Refused(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"the stored version ({stored}) does not match the required base version ({wanted})",
        )


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
