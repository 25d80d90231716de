"""The RPCs that run queries: documents, aggregations, and the points that divide a result."""

from collections.abc import Callable

from google.protobuf.message import Message

from emulators.firestore import aggregation
from emulators.firestore.engine import Engine
from emulators.firestore.identifiers import invalid
from emulators.firestore.messages import (
    PartitionQueryRequest,
    PartitionQueryResponse,
    RunAggregationQueryRequest,
    RunAggregationQueryResponse,
    RunQueryRequest,
    RunQueryResponse,
)
from emulators.firestore.predicates import Predicate
from emulators.firestore.query import Query, compile_query, partition
from emulators.firestore.tickets import Ticket
from emulators.firestore.views import Reading, View

Answer = Ticket[list[Message]]

COUNTED_PER_READ = 1000
"""How many index entries of an aggregation are billed as one read."""


def run_query(engine: Engine, request: RunQueryRequest, caller: str) -> Answer:
    """Stream the documents that a query finds."""
    if not request.HasField("structured_query"):
        raise invalid("only structured queries are supported")
    query = compile_query(request.parent, request.structured_query)
    engine.check_index(query)

    def answer(view: View) -> list[Message]:
        found, skipped = query.find(view.scan(query.scope))
        view.found(found)
        engine.counts.add(caller, reads=max(1, len(found) + skipped))
        responses = [
            RunQueryResponse(document=query.project(record), read_time=view.read_time)
            for record in found
        ] or [RunQueryResponse(read_time=view.read_time)]
        responses[0].skipped_results = skipped
        responses[-1].done = True
        return [*_began(view, RunQueryResponse), *responses]

    return engine.read(_reading(request, query, caller, answer))


def run_aggregation_query(
    engine: Engine, request: RunAggregationQueryRequest, caller: str
) -> Answer:
    """Answer with counts, sums and averages over what a query finds."""
    wanted = request.structured_aggregation_query
    query = aggregation.ordered(wanted, compile_query(request.parent, wanted.structured_query))
    engine.check_index(query)

    def answer(view: View) -> list[Message]:
        found = query.run(view.scan(query.scope))
        engine.counts.add(caller, reads=1 + max(0, len(found) - 1) // COUNTED_PER_READ)
        response = RunAggregationQueryResponse(read_time=view.read_time)
        for alias, value in aggregation.results(wanted, found).items():
            response.result.aggregate_fields[alias].CopyFrom(value)
        return [*_began(view, RunAggregationQueryResponse), response]

    return engine.read(_reading(request, query, caller, answer))


def partition_query(engine: Engine, request: PartitionQueryRequest, caller: str) -> Answer:
    """The points at which a query's result divides into parts of about the same size."""
    query = compile_query(request.parent, request.structured_query)

    def answer(view: View) -> list[Message]:
        engine.counts.add(caller, reads=1)
        records = query.run(view.scan(query.scope))
        # More parts than documents are the same parts.
        count = min(request.partition_count, max(1, len(records)))
        cursors = partition(query, records, count)
        return [PartitionQueryResponse(partitions=cursors)]

    return engine.read(Reading(query.scope.database, request, caller, answer))


def _began(view: View, kind: type[Message]) -> list[Message]:
    """What tells of the transaction that the call began: "no other fields will be set" in it."""
    return [kind(transaction=view.began)] if view.began else []


def _reading(
    request: RunQueryRequest | RunAggregationQueryRequest,
    query: Query,
    caller: str,
    answer: Callable[[View], list[Message]],
) -> Reading:
    return Reading(query.scope.database, request, caller, answer, predicate=Predicate(query))
