"""The RPCs that change documents, and those that open and end transactions."""

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from emulators.firestore import identifiers
from emulators.firestore.commit import Prepared
from emulators.firestore.engine import Engine
from emulators.firestore.instants import to_timestamp
from emulators.firestore.limits import check_request
from emulators.firestore.messages import (
    BatchWriteRequest,
    BatchWriteResponse,
    BeginTransactionRequest,
    BeginTransactionResponse,
    CommitRequest,
    CommitResponse,
    CreateDocumentRequest,
    DeleteDocumentRequest,
    Document,
    RollbackRequest,
    UpdateDocumentRequest,
    Write,
)
from emulators.firestore.names import check_collection_id, parse_database, parse_document
from emulators.firestore.planning import PlannedWrite, plan
from emulators.firestore.projection import project, requested_mask
from emulators.firestore.tickets import Gathered, Ticket, answered
from emulators.refused import Refused

Answer = Ticket[list[Message]]


def begin_transaction(engine: Engine, request: BeginTransactionRequest, caller: str) -> Answer:
    """Open a transaction."""
    database = parse_database(request.database)
    identifier = engine.begin(database, request.options, caller)
    return answered([BeginTransactionResponse(transaction=identifier)])


def rollback(engine: Engine, request: RollbackRequest, caller: str) -> Answer:  # noqa: ARG001 (as every handler)
    """Give up a transaction; succeeds for one that is not there."""
    engine.rollback(parse_database(request.database), request.transaction)
    return answered([Empty()])


def commit(engine: Engine, request: CommitRequest, caller: str) -> Answer:
    """Apply writes, all or none."""
    check_request(request.ByteSize())
    database = parse_database(request.database)
    planned = plan(database, request.writes)

    def answer(prepared: Prepared, instant: int) -> list[Message]:
        _count(engine, caller, planned)
        response = CommitResponse(commit_time=to_timestamp(instant))
        response.write_results.extend(prepared.results)
        return [response]

    return engine.commit(database, planned, request.transaction, answer)


def batch_write(engine: Engine, request: BatchWriteRequest, caller: str) -> Answer:
    """Apply writes, each for itself."""
    check_request(request.ByteSize())
    database = parse_database(request.database)
    planned = plan(database, request.writes)
    if len({write.name for write in planned}) < len(planned):
        raise identifiers.invalid("A document may be written only once in a BatchWrite.")

    def answer() -> list[Message]:
        response = BatchWriteResponse()
        for part in parts:
            _add_outcome(response, part)
        return [response]

    # Under the lock: a part that another thread settles meanwhile would be waited for in vain.
    with engine.lock:
        parts = [_alone(engine, database, write, caller) for write in planned]
        return Gathered(parts, answer)


def create_document(engine: Engine, request: CreateDocumentRequest, caller: str) -> Answer:
    """Create a document, under an id of its own where none is given."""
    check_collection_id(request.collection_id)
    document_id = request.document_id or identifiers.new_id()
    if "/" in document_id:
        raise identifiers.invalid(f'Resource id "{document_id}" contains "/".')
    write = Write(update=request.document)
    write.update.name = f"{request.parent}/{request.collection_id}/{document_id}"
    write.current_document.exists = False
    return _write_one(engine, write, request, caller)


def update_document(engine: Engine, request: UpdateDocumentRequest, caller: str) -> Answer:
    """Write a document, or the masked fields of it."""
    write = Write(update=request.document)
    if request.HasField("update_mask"):
        write.update_mask.CopyFrom(request.update_mask)
    if request.HasField("current_document"):
        write.current_document.CopyFrom(request.current_document)
    return _write_one(engine, write, request, caller)


def delete_document(engine: Engine, request: DeleteDocumentRequest, caller: str) -> Answer:
    """Delete a document."""
    write = Write(delete=request.name)
    if request.HasField("current_document"):
        write.current_document.CopyFrom(request.current_document)
    planned = plan(parse_document(request.name).database, [write])

    def answer(prepared: Prepared, instant: int) -> list[Message]:  # noqa: ARG001 (as every answer)
        _count(engine, caller, planned)
        return [Empty()]

    return engine.commit(planned[0].name.database, planned, b"", answer)


def _write_one(
    engine: Engine,
    write: Write,
    request: CreateDocumentRequest | UpdateDocumentRequest,
    caller: str,
) -> Answer:
    planned = plan(parse_document(write.update.name).database, [write])
    name = planned[0].name
    mask = requested_mask(request)

    def answer(prepared: Prepared, instant: int) -> list[Message]:  # noqa: ARG001 (as every answer)
        _count(engine, caller, planned)
        record = engine.history.get(name.text)
        return [project(record.document if record is not None else Document(), mask)]

    return engine.commit(name.database, planned, b"", answer)


def _alone(engine: Engine, database: str, write: PlannedWrite, caller: str) -> Ticket[Prepared]:
    def answer(prepared: Prepared, instant: int) -> Prepared:  # noqa: ARG001 (as every answer)
        _count(engine, caller, [write])
        return prepared

    return engine.commit(database, [write], b"", answer)


def _add_outcome(response: BatchWriteResponse, part: Ticket[Prepared]) -> None:
    try:
        response.write_results.extend(part.result().results)
        response.status.add()
    except Refused as refused:
        response.write_results.add()
        response.status.add(code=refused.code.value[0], message=refused.message)


def _count(engine: Engine, caller: str, planned: list[PlannedWrite]) -> None:
    deletes = sum(write.WhichOneof("operation") == "delete" for _, write in planned)
    engine.counts.add(caller, writes=len(planned) - deletes, deletes=deletes)
