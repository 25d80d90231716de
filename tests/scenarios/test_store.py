"""Who reaches the documents, whichever emulator keeps them."""

import grpc
import pytest
from google.api_core.exceptions import PermissionDenied
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from tests.world import World


def test_who_does_not_call_as_the_owner_is_let_in_by_no_rule(world: World) -> None:
    name = world.store.document("settings/default")._document_path
    with grpc.insecure_channel(world.stack.firestore.entrance) as channel:
        stranger = FirestoreClient(transport=FirestoreGrpcTransport(channel=channel))
        with pytest.raises(PermissionDenied):
            stranger.get_document(request={"name": name})
