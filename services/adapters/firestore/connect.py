"""Connecting to Firestore, or to an emulator where one is named."""

from typing import Any

import grpc
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from services.adapters import round_trips


class Counting(FirestoreClient):
    """Google's client, which counts its calls for the log; a retried one is one."""

    def batch_get_documents(self, *words: Any, **call: Any) -> Any:
        """See `FirestoreClient`."""
        round_trips.one()
        return super().batch_get_documents(*words, **call)

    def run_query(self, *words: Any, **call: Any) -> Any:
        """See `FirestoreClient`."""
        round_trips.one()
        return super().run_query(*words, **call)

    def run_aggregation_query(self, *words: Any, **call: Any) -> Any:
        """See `FirestoreClient`."""
        round_trips.one()
        return super().run_aggregation_query(*words, **call)

    def commit(self, *words: Any, **call: Any) -> Any:
        """See `FirestoreClient`."""
        round_trips.one()
        return super().commit(*words, **call)

    def rollback(self, *words: Any, **call: Any) -> Any:
        """See `FirestoreClient`."""
        round_trips.one()
        return super().rollback(*words, **call)


def connect(function: str, emulator_host: str) -> FirestoreClient:
    """A client that names `function` in its user agent, so that calls can be told apart."""
    info = ClientInfo(user_agent=f"moca-{function}")
    if emulator_host:
        return over(grpc.insecure_channel(emulator_host), info)
    return Counting(client_info=info)


def over(channel: grpc.Channel, info: ClientInfo) -> FirestoreClient:
    """A client over a channel that stands already."""
    return Counting(transport=FirestoreGrpcTransport(channel=channel, client_info=info))
