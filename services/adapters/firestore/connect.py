"""Connecting to Firestore, or to an emulator where one is named."""

import grpc
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport


def connect(function: str, emulator_host: str) -> FirestoreClient:
    """A client that names `function` in its user agent, so that calls can be told apart."""
    info = ClientInfo(user_agent=f"moca-{function}")
    if emulator_host:
        return over(grpc.insecure_channel(emulator_host), info)
    return FirestoreClient(client_info=info)


def over(channel: grpc.Channel, info: ClientInfo) -> FirestoreClient:
    """A client over a channel that stands already."""
    return FirestoreClient(transport=FirestoreGrpcTransport(channel=channel, client_info=info))
