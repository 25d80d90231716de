"""Google's own Secret Manager client on the engine itself, without a socket."""

from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service import transports

from emulators.cloud_tasks.inprocess import Hook, InProcessChannel
from emulators.secret_manager import rpc
from emulators.secret_manager.engine import SecretsEngine


def client(
    engine: SecretsEngine,
    caller: str = "other",
    before: Hook | None = None,
    after: Hook | None = None,
) -> SecretManagerServiceClient:
    """The unmodified client, counted under `caller`; hooks as in Cloud Tasks' `channel`."""
    transport = transports.SecretManagerServiceGrpcTransport(
        channel=InProcessChannel(rpc.service(engine), before, after),
        client_info=ClientInfo(user_agent=f"moca-{caller}"),
    )
    return SecretManagerServiceClient(transport=transport)
