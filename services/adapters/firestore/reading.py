"""Reads, alone or inside a transaction that the first of them begins."""

from dataclasses import replace
from typing import Any

from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.types import firestore as rpc

from services.adapters.firestore.codec import decode, decode_fields
from services.adapters.firestore.requests import query_message
from services.domain.documents import Query, Snapshot

#: Seconds that one read may take.
DEADLINE_SECONDS = 4.0


class Reading:
    """Reads documents and queries; with `begin`, in a transaction of these options.

    Firestore's client library never sends `new_transaction`; the API takes it with the first
    read and hands the transaction back with its first answer, one round trip less.
    """

    def __init__(
        self,
        client: FirestoreClient,
        database: str,
        metadata: tuple[tuple[str, str], ...],
        again: Any,
        begin: Any,
    ) -> None:
        self._client = client
        self._database = database
        self._call = {"retry": again, "timeout": DEADLINE_SECONDS, "metadata": metadata}
        self._begin = begin
        self.transaction = b""

    def get(self, *paths: str) -> list[Snapshot]:
        """The documents, in the order of the paths; one round trip."""
        root = f"{self._database}/documents/"
        request = rpc.BatchGetDocumentsRequest.pb()(
            database=self._database, documents=[root + path for path in paths]
        )
        self._in_transaction(request)
        wrapped = rpc.BatchGetDocumentsRequest.wrap(request)
        found: dict[str, dict[str, Any]] = {}
        for answer in self._client.batch_get_documents(request=wrapped, **self._call):
            message = self._opened(answer)
            if message.HasField("found"):
                document = message.found
                found[document.name.removeprefix(root)] = decode_fields(document.fields)
        return [Snapshot(path, found.get(path)) for path in paths]

    def query(self, query: Query) -> list[Snapshot]:
        """The documents that match; one round trip."""
        root = f"{self._database}/documents"
        above = query.collection.rpartition("/")[0]
        request = rpc.RunQueryRequest.pb()(
            parent=f"{root}/{above}" if above else root, structured_query=query_message(query)
        )
        self._in_transaction(request)
        snapshots = []
        wrapped = rpc.RunQueryRequest.wrap(request)
        for answer in self._client.run_query(request=wrapped, **self._call):
            message = self._opened(answer)
            if message.HasField("document"):
                path = message.document.name.removeprefix(root + "/")
                snapshots.append(Snapshot(path, decode_fields(message.document.fields)))
        return snapshots

    def count(self, query: Query, up_to: int) -> int:
        """How many documents match, at most `up_to`; one round trip."""
        root = f"{self._database}/documents"
        above = query.collection.rpartition("/")[0]
        request = rpc.RunAggregationQueryRequest.pb()(parent=f"{root}/{above}" if above else root)
        aggregation = request.structured_aggregation_query
        # The limit bounds what is billed, the count what is answered.
        aggregation.structured_query.CopyFrom(query_message(replace(query, limit=up_to)))
        aggregation.aggregations.add(alias="n").count.up_to.value = up_to
        wrapped = rpc.RunAggregationQueryRequest.wrap(request)
        answers = self._client.run_aggregation_query(request=wrapped, **self._call)
        found = [type(a).pb(a).result.aggregate_fields["n"].integer_value for a in answers]
        return int(sum(found))

    def total(self, query: Query, field: str) -> float:
        """The sum of `field` over the documents that match; one round trip."""
        root = f"{self._database}/documents"
        above = query.collection.rpartition("/")[0]
        request = rpc.RunAggregationQueryRequest.pb()(parent=f"{root}/{above}" if above else root)
        aggregation = request.structured_aggregation_query
        aggregation.structured_query.CopyFrom(query_message(query))
        aggregation.aggregations.add(alias="n").sum.field.field_path = field
        wrapped = rpc.RunAggregationQueryRequest.wrap(request)
        answers = self._client.run_aggregation_query(request=wrapped, **self._call)
        found = [decode(type(a).pb(a).result.aggregate_fields["n"]) for a in answers]
        return float(sum(number or 0 for number in found))

    def _in_transaction(self, request: Any) -> None:
        if self.transaction:
            request.transaction = self.transaction
        elif self._begin is not None:
            request.new_transaction.CopyFrom(type(self._begin).pb(self._begin))

    def _opened(self, answer: Any) -> Any:
        message = type(answer).pb(answer)
        if message.transaction:
            self.transaction = message.transaction
        return message
