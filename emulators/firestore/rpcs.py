"""Every unary and streaming-answer RPC of the service, and how a call becomes its answer."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from emulators.firestore import listing, messages, querying, reading, writing
from emulators.firestore.engine import Engine
from emulators.firestore.faults import Fault
from emulators.firestore.tickets import Ticket
from emulators.refused import Refused

SERVICE = "google.firestore.v1.Firestore"
M = TypeVar("M", bound=Message)
Handler = Callable[[Engine, Any, str], Ticket[list[Message]]]

log = logging.getLogger(__name__)


class Rpc(NamedTuple):
    """One method: its name, what it is asked with, what answers, and whether that is a stream."""

    name: str
    request: type[Message]
    handler: Handler
    streams: bool = False


RPCS = {
    rpc.name: rpc
    for rpc in (
        Rpc("GetDocument", messages.GetDocumentRequest, reading.get_document),
        Rpc("ListDocuments", messages.ListDocumentsRequest, listing.list_documents),
        Rpc("ListCollectionIds", messages.ListCollectionIdsRequest, listing.list_collection_ids),
        Rpc("CreateDocument", messages.CreateDocumentRequest, writing.create_document),
        Rpc("UpdateDocument", messages.UpdateDocumentRequest, writing.update_document),
        Rpc("DeleteDocument", messages.DeleteDocumentRequest, writing.delete_document),
        Rpc("BeginTransaction", messages.BeginTransactionRequest, writing.begin_transaction),
        Rpc("Commit", messages.CommitRequest, writing.commit),
        Rpc("Rollback", messages.RollbackRequest, writing.rollback),
        Rpc("BatchWrite", messages.BatchWriteRequest, writing.batch_write),
        Rpc("PartitionQuery", messages.PartitionQueryRequest, querying.partition_query),
        Rpc(
            "BatchGetDocuments",
            messages.BatchGetDocumentsRequest,
            reading.batch_get_documents,
            streams=True,
        ),
        Rpc("RunQuery", messages.RunQueryRequest, querying.run_query, streams=True),
        Rpc(
            "RunAggregationQuery",
            messages.RunAggregationQueryRequest,
            querying.run_aggregation_query,
            streams=True,
        ),
    )
}


def parsed(kind: type[M], payload: bytes) -> M:
    """The request that came over the wire; INVALID_ARGUMENT for bytes that are none.

    Values that are nested deeper than protobuf reads, far beyond Firestore's own limit, are none.
    """
    try:
        return kind.FromString(payload)
    except DecodeError as error:
        message = f"The request is not a valid {kind.DESCRIPTOR.name}: {error}."
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message) from error


def fail_before(engine: Engine, rpc: Rpc, request: Any, fault: Fault) -> None:
    """Fail as ordered, before any effect; an aborted commit ends its transaction all the same."""
    aborts = rpc.name == "Commit" and fault.code is grpc.StatusCode.ABORTED and not fault.apply
    if aborts and request.transaction:
        engine.rollback(request.database, request.transaction)
    fault.raise_before()


def start(engine: Engine, rpc: Rpc, request: Message, caller: str) -> Ticket[list[Message]]:
    """Hand a call to the engine; whatever goes wrong is kept for `outcome`."""
    try:
        return rpc.handler(engine, request, caller)
    except Exception as failure:  # noqa: BLE001 (kept: `outcome` raises it)
        ticket = Ticket[list[Message]]()
        ticket.fail(failure)
        return ticket


def outcome(rpc: Rpc, ticket: Ticket[list[Message]]) -> list[Message]:
    """The answer of a call whose ticket is done.

    Raises:
        Refused: the engine said no; INTERNAL, with the traceback in the log, for a fault of ours.
    """
    try:
        return ticket.result()
    except Refused:
        raise
    except Exception as failure:
        log.exception("%s failed", rpc.name)
        message = f"{rpc.name} failed: {type(failure).__name__}: {failure}"
        raise Refused(grpc.StatusCode.INTERNAL, message) from failure
