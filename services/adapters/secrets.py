"""Secrets that change while Moca runs: the accounts' access tokens, in Secret Manager."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import grpc
import structlog
from google.api_core import exceptions
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service import transports
from google.cloud.secretmanager_v1.types import Replication, Secret, SecretPayload

from services.domain.text import Text
from services.errors import Unavailable
from services.ports import Clock
from services.ttl_cache import TtlCache

#: Seconds for one call.
DEADLINE_SECONDS = 4.0
#: How long an instance may use a token that was replaced meanwhile.
KEPT_FOR = timedelta(seconds=55)

_log = structlog.get_logger()


def connect(function: str, emulator_host: str) -> SecretManagerServiceClient:
    """A client that names `function` in its user agent; an emulator where one is named."""
    info = ClientInfo(user_agent=f"moca-{function}")
    if not emulator_host:
        return SecretManagerServiceClient(client_info=info)
    transport = transports.SecretManagerServiceGrpcTransport(
        channel=grpc.insecure_channel(emulator_host), client_info=info
    )
    return SecretManagerServiceClient(transport=transport)


class SecretManager:
    """Named secrets of one project and their versions."""

    def __init__(self, client: SecretManagerServiceClient, project: str) -> None:
        self._client = client
        self._project = f"projects/{project}"

    def latest(self, name: str) -> str | None:
        """The newest version's value, or None where there is none; raises `Unavailable`."""
        version = f"{self._project}/secrets/{name}/versions/latest"
        try:
            found = self._client.access_secret_version(name=version, timeout=DEADLINE_SECONDS)
        except exceptions.NotFound:
            return None
        except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
            raise _unavailable(error) from error
        return found.payload.data.decode()

    def add(self, name: str, value: str) -> str:
        """Store `value` as the newest version, making the secret where it is missing.

        Answers the version's number; raises `Unavailable`.
        """
        parent = f"{self._project}/secrets/{name}"
        try:
            try:
                made = self._add(parent, value)
            except exceptions.NotFound:
                self._create(name)
                made = self._add(parent, value)
        except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
            raise _unavailable(error) from error
        return made.rpartition("/")[2]

    def disable_old(self, name: str, replaced_before: datetime) -> Sequence[str]:
        """Disable the enabled versions whose successor is older than `replaced_before`.

        Answers their numbers; the newest version always stays. Raises `Unavailable`.
        """
        parent = f"{self._project}/secrets/{name}"
        try:
            listed = self._client.list_secret_versions(parent=parent, timeout=DEADLINE_SECONDS)
            versions = sorted(listed, key=lambda v: int(v.name.rpartition("/")[2]))
            disabled = []
            for version, successor in itertools.pairwise(versions):
                replaced_at: Any = successor.create_time  # proto-plus hands out a datetime
                if version.state.name == "ENABLED" and replaced_at < replaced_before:
                    self._client.disable_secret_version(name=version.name, timeout=DEADLINE_SECONDS)
                    disabled.append(version.name.rpartition("/")[2])
        except exceptions.NotFound:
            return []
        except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
            raise _unavailable(error) from error
        return disabled

    def _create(self, name: str) -> None:
        secret = Secret(replication=Replication(automatic=Replication.Automatic()))
        try:
            self._client.create_secret(
                parent=self._project, secret_id=name, secret=secret, timeout=DEADLINE_SECONDS
            )
        except exceptions.AlreadyExists:
            return

    def _add(self, parent: str, value: str) -> str:
        payload = SecretPayload(data=value.encode())
        made = self._client.add_secret_version(
            parent=parent, payload=payload, timeout=DEADLINE_SECONDS
        )
        return str(made.name)


def token_secret(account_id: str) -> str:
    """The name of the secret that holds an account's token."""
    return f"instagram-token-{account_id}"


class AccountTokens:
    """Access tokens by account, as Secret Manager has them at most `KEPT_FOR` ago.

    The account that the environment names may do without a secret: its token is then the
    environment's, until the first renewal stores one.
    """

    def __init__(
        self, *, secrets: SecretManager, clock: Clock, own_account: str, own_token: str
    ) -> None:
        self._secrets = secrets
        self._fixed = {own_account: own_token} if own_token else {}
        self._kept = TtlCache[str, str](clock=clock, ttl=KEPT_FOR)

    def token(self, account_id: str) -> str:
        """The account's token; raises `Unavailable` where none can be had."""
        return self._kept.get(account_id, lambda: self._read(account_id))

    def forget(self, account_id: str) -> None:
        """Read it anew at the next question."""
        self._kept.forget(account_id)

    def _read(self, account_id: str) -> str:
        try:
            value = self._secrets.latest(token_secret(account_id)) or self._fixed.get(account_id)
        except Unavailable:
            # Sending with the token of a minute ago beats not sending.
            _log.warning("token_not_read", account_id=account_id)
            value = self._kept.last(account_id) or self._fixed.get(account_id)
        if not value:
            raise Unavailable(
                Text("There is no access token for account %(account)s.", account=account_id)
            )
        return value


def _unavailable(error: Exception) -> Unavailable:
    if isinstance(error, exceptions.PermissionDenied):
        return Unavailable(
            Text("Secret Manager refuses it: ./dev deploy gives the missing rights.")
        )
    kind = type(error).__name__
    return Unavailable(Text("Secret Manager did not answer (%(kind)s).", kind=kind))
