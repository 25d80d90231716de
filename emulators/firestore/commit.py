"""What a list of writes does to the documents, computed before anything is changed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import grpc

from emulators.firestore import fieldpaths, limits, transforms
from emulators.firestore.history import Change
from emulators.firestore.instants import from_timestamp, to_timestamp
from emulators.firestore.messages import Document, Precondition, Write, WriteResult
from emulators.firestore.names import DocumentName
from emulators.firestore.planning import PlannedWrite
from emulators.firestore.records import Record
from emulators.refused import Refused

Lookup = Callable[[str], Record | None]


class Prepared(NamedTuple):
    """The results to answer with, and the changes to make, none when nothing would differ."""

    results: list[WriteResult]
    changes: list[Change]


def prepare(lookup: Lookup, planned: Iterable[PlannedWrite], instant: int) -> Prepared:
    """Work out what the writes would do at `instant`, each seeing those before it.

    Several writes to one document are one change of it: their results tell of it alike.

    Raises:
        Refused: a precondition fails or a limit is broken; then nothing has happened.
    """
    touched: dict[str, _Touched] = {}
    results: list[tuple[_Touched, WriteResult]] = []
    for name, write in planned:
        if name.text not in touched:
            touched[name.text] = _Touched(name, lookup(name.text))
        document = touched[name.text]
        results.append((document, document.apply(write, instant)))
    for document, result in results:
        document.tell(result)
    changes = [
        Change(instant, each.name, each.stored, each.now)
        for each in touched.values()
        if each.stored is not each.now
    ]
    return Prepared([result for _, result in results], changes)


class _Touched:
    """One document on the way through a list of writes: what is stored, and what it is by now."""

    def __init__(self, name: DocumentName, stored: Record | None) -> None:
        self.name = name
        self.stored = self.now = stored

    def apply(self, write: Write, instant: int) -> WriteResult:
        """Make one write; its result, but for the update time."""
        result = WriteResult()
        if write.HasField("current_document"):
            self._check(write.current_document)
        if write.WhichOneof("operation") == "delete":
            self.now = None
            return result
        document = _updated(self.now, write)
        document.name = self.name.text
        field_transforms = write.update_transforms or write.transform.field_transforms
        if field_transforms:
            made = transforms.apply(document.fields, field_transforms, instant)
            result.transform_results.extend(made)
        self.now = self._record(document, instant)
        return result

    def tell(self, result: WriteResult) -> None:
        """Put the update time into a result; there is none after a deletion."""
        if self.now is not None:
            result.update_time.CopyFrom(self.now.document.update_time)

    def _check(self, wanted: Precondition) -> None:
        kind = wanted.WhichOneof("condition_type")
        if kind == "exists":
            _check_existence(self.name, self.now, wanted=wanted.exists)
        elif kind == "update_time":
            _check_update_time(self.name, self.stored, from_timestamp(wanted.update_time))

    def _record(self, document: Document, instant: int) -> Record:
        """The new version, or the known one when nothing differs: its update time stays."""
        stamp = to_timestamp(instant)
        created = stamp if self.now is None else self.now.document.create_time
        document.create_time.CopyFrom(created)
        for known in (self.now, self.stored):
            if known is not None and known.document.create_time == created:
                document.update_time.CopyFrom(known.document.update_time)
                if document == known.document:
                    return known
        document.update_time.CopyFrom(stamp)
        limits.check_document(document)
        return Record(self.name, document)


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


def _check_existence(name: DocumentName, old: Record | None, *, wanted: bool) -> None:
    if wanted and old is None:
        raise Refused(grpc.StatusCode.NOT_FOUND, f"No document to update: {name.text}")
    if not wanted and old is not None:
        raise Refused(grpc.StatusCode.ALREADY_EXISTS, f"Document already exists: {name.text}")


def _check_update_time(name: DocumentName, stored: Record | None, wanted: int) -> None:
    version = from_timestamp(stored.document.update_time) if stored is not None else 0
    if 0 < version < wanted:
        message = f"Invalid base version, it is greater than the stored version: {name.text}"
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
    if version != wanted:
        raise Refused(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"the stored version ({version}) does not match the required base version ({wanted})",
        )
