"""Connecting to Firestore, or to an emulator where one is named."""

from typing import Any

import grpc
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from services import round_trips

#: What Google's clients say to an emulator; to others it applies its security rules, and ours let
#: nobody in (google-cloud-firestore, base_client.py).
OWNER = ("authorization", "Bearer owner")


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
        channel = grpc.intercept_channel(grpc.insecure_channel(emulator_host), _AsOwner())
        return over(channel, info)
    return Counting(client_info=info)


def over(channel: grpc.Channel, info: ClientInfo) -> FirestoreClient:
    """A client over a channel that stands already."""
    return Counting(transport=FirestoreGrpcTransport(channel=channel, client_info=info))


class _AsOwner(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Makes every call as the emulator's owner."""

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """See gRPC."""
        return continuation(_as_owner(details), request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        """See gRPC."""
        return continuation(_as_owner(details), request)


def _as_owner(details: Any) -> Any:
    return details._replace(metadata=[*(details.metadata or ()), OWNER])
