"""The RPCs that read documents by name."""

from collections.abc import Iterable

import grpc
from google.protobuf.message import Message

from emulators.firestore.engine import Engine
from emulators.firestore.messages import (
    BatchGetDocumentsRequest,
    BatchGetDocumentsResponse,
    Document,
    DocumentMask,
    GetDocumentRequest,
)
from emulators.firestore.names import parse_database, parse_document
from emulators.firestore.projection import parse_mask, project
from emulators.firestore.records import Record
from emulators.firestore.tickets import Ticket
from emulators.firestore.views import Reading, View
from emulators.refused import Refused

Answer = Ticket[list[Message]]


def batch_get_documents(engine: Engine, request: BatchGetDocumentsRequest, caller: str) -> Answer:
    """Read documents by name; those that exist come first."""
    database = parse_database(request.database)
    names = tuple(_checked(dict.fromkeys(request.documents), database))

    def answer(view: View) -> list[Message]:
        engine.counts.add(caller, reads=len(names))
        responses = [_got(name, view, request.mask, request.HasField("mask")) for name in names]
        responses.sort(key=lambda response: not response.HasField("found"))
        if view.began:
            responses = responses or [BatchGetDocumentsResponse(read_time=view.read_time)]
            responses[0].transaction = view.began
        return list(responses)

    return engine.read(Reading(database, request, caller, answer, names))


def get_document(engine: Engine, request: GetDocumentRequest, caller: str) -> Answer:
    """Read one document; NOT_FOUND when there is none."""
    name = parse_document(request.name)

    def answer(view: View) -> list[Message]:
        engine.counts.add(caller, reads=1)
        record = view.get(name.text)
        if record is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, f'Document "{name.text}" not found.')
        return [_shown(record, request.mask, partial=request.HasField("mask"))]

    return engine.read(Reading(name.database, request, caller, answer, (name.text,)))


def _checked(names: Iterable[str], database: str) -> Iterable[str]:
    for name in names:
        if parse_document(name).database != database:
            message = f'Document name "{name}" is not in database "{database}".'
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
        yield name


def _got(name: str, view: View, mask: DocumentMask, partial: bool) -> BatchGetDocumentsResponse:
    record = view.get(name)
    if record is None:
        return BatchGetDocumentsResponse(missing=name, read_time=view.read_time)
    document = _shown(record, mask, partial=partial)
    return BatchGetDocumentsResponse(found=document, read_time=view.read_time)


def _shown(record: Record, mask: DocumentMask, *, partial: bool) -> Document:
    return project(record.document, parse_mask(mask.field_paths)) if partial else record.document
