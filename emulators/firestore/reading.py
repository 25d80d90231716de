"""The RPCs that read documents by name."""

from collections.abc import Iterable

import grpc
from google.protobuf.message import Message

from emulators.firestore.engine import Engine
from emulators.firestore.fieldpaths import Path
from emulators.firestore.messages import (
    BatchGetDocumentsRequest,
    BatchGetDocumentsResponse,
    GetDocumentRequest,
)
from emulators.firestore.names import parse_database, parse_document
from emulators.firestore.projection import project, requested_mask
from emulators.firestore.tickets import Ticket
from emulators.firestore.views import Reading, View
from emulators.refused import Refused

Answer = Ticket[list[Message]]


def batch_get_documents(engine: Engine, request: BatchGetDocumentsRequest, caller: str) -> Answer:
    """Read documents by name; those that exist come first."""
    database = parse_database(request.database)
    names = tuple(_checked(dict.fromkeys(request.documents), database))
    mask = requested_mask(request)

    def answer(view: View) -> list[Message]:
        engine.counts.add(caller, reads=len(names))
        responses = [_got(name, view, mask) for name in names]
        responses.sort(key=lambda response: not response.HasField("found"))
        began = [BatchGetDocumentsResponse(transaction=view.began)] if view.began else []
        return [*began, *responses]

    return engine.read(Reading(database, request, caller, answer, names))


def get_document(engine: Engine, request: GetDocumentRequest, caller: str) -> Answer:
    """Read one document; NOT_FOUND when there is none."""
    name = parse_document(request.name)
    mask = requested_mask(request)

    def answer(view: View) -> list[Message]:
        engine.counts.add(caller, reads=1)
        record = view.get(name.text)
        if record is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, f'Document "{name.text}" not found.')
        return [project(record.document, mask)]

    return engine.read(Reading(name.database, request, caller, answer, (name.text,)))


def _checked(names: Iterable[str], database: str) -> Iterable[str]:
    for name in names:
        if parse_document(name).database != database:
            message = f'Document name "{name}" is not in database "{database}".'
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
        yield name


def _got(name: str, view: View, mask: tuple[Path, ...] | None) -> BatchGetDocumentsResponse:
    record = view.get(name)
    if record is None:
        return BatchGetDocumentsResponse(missing=name, read_time=view.read_time)
    document = project(record.document, mask)
    return BatchGetDocumentsResponse(found=document, read_time=view.read_time)
