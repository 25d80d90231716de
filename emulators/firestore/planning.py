"""What can be said of writes before any document is looked at: whether they make sense."""

from collections.abc import Iterable
from typing import NamedTuple

import grpc

from emulators.firestore import fieldpaths, limits, repeated, storable, transform_checks
from emulators.firestore.instants import requested
from emulators.firestore.messages import Write
from emulators.firestore.names import DocumentName, parse_document
from emulators.refused import Refused


class PlannedWrite(NamedTuple):
    """One write and the name that it is about, checked."""

    name: DocumentName
    write: Write


def plan(database: str, writes: Iterable[Write]) -> list[PlannedWrite]:
    """Check what can be checked without the documents; INVALID_ARGUMENT for what is wrong.

    The writes' timestamps are rounded down to what is stored of them.
    """
    planned = []
    for write in writes:
        name = parse_document(_target(write))
        if name.database != database:
            raise _invalid(f'Document name "{name.text}" is not in database "{database}".')
        planned.append(PlannedWrite(name, write))
    if len({write.name for write in planned}) < len(planned):
        repeated.check((write.name.text, write.write) for write in planned)
    return planned


def _target(write: Write) -> str:
    """The name of the document that is written, once the write is found to make sense."""
    if write.current_document.HasField("update_time"):
        requested(write.current_document.update_time)
    kind = write.WhichOneof("operation")
    if kind == "update":
        _check_update(write)
        return str(write.update.name)
    if kind == "delete":
        _check_bare(write, kind)
        return str(write.delete)
    if kind == "transform":
        _check_bare(write, kind)
        if not write.transform.field_transforms:
            raise _invalid("The list of FieldTransform must not be empty.")
        transform_checks.check(write.transform.field_transforms)
        return str(write.transform.document)
    raise _invalid("A write must contain an update, a delete or a transform.")


def _check_update(write: Write) -> None:
    # What a mask leaves out of a document is not as long as it is written here.
    if not write.HasField("update_mask"):
        limits.check_values(write.update)
    storable.check_fields(write.update.fields)
    for path in write.update_mask.field_paths:
        fieldpaths.parse(path)
    transform_checks.check(write.update_transforms)


def _check_bare(write: Write, kind: str) -> None:
    if write.HasField("update_mask"):
        raise _invalid(f"a {kind} must not specify a document mask.")
    if write.update_transforms:
        raise _invalid(f"a {kind} must not specify a update transform.")


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
