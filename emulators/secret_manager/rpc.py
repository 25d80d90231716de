"""The RPCs of Secret Manager: each takes its request message, asks the engine, answers."""

from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from emulators.cloud_tasks.instants import set_timestamp
from emulators.cloud_tasks.paging import page
from emulators.cloud_tasks.unary import Service, UnaryMethod
from emulators.refused import Refused
from emulators.secret_manager import messages as m
from emulators.secret_manager.crc32c import crc32c
from emulators.secret_manager.engine import SecretsEngine, etag_of
from emulators.secret_manager.records import Secret, Version

SERVICE_NAME = "google.cloud.secretmanager.v1.SecretManagerService"
MOST_PER_PAGE = 25_000


def service(engine: SecretsEngine) -> Service:
    """The service over one engine, for either transport."""
    methods = {
        "CreateSecret": UnaryMethod(m.CreateSecretRequest, lambda r, _: _create(engine, r)),
        "GetSecret": UnaryMethod(m.GetSecretRequest, lambda r, _: _secret(engine.get(r.name))),
        "ListSecrets": UnaryMethod(m.ListSecretsRequest, lambda r, _: _list(engine, r)),
        "DeleteSecret": UnaryMethod(m.DeleteSecretRequest, lambda r, _: _delete(engine, r)),
        "AddSecretVersion": UnaryMethod(m.AddSecretVersionRequest, lambda r, _: _add(engine, r)),
        "GetSecretVersion": UnaryMethod(
            m.GetSecretVersionRequest, lambda r, _: _version(*engine.version(r.name))
        ),
        "ListSecretVersions": UnaryMethod(
            m.ListSecretVersionsRequest, lambda r, _: _list_versions(engine, r)
        ),
        "AccessSecretVersion": UnaryMethod(
            m.AccessSecretVersionRequest, lambda r, _: _payload(*engine.access(r.name))
        ),
        "EnableSecretVersion": UnaryMethod(
            m.EnableSecretVersionRequest, lambda r, _: _version(*engine.enable(r.name, r.etag))
        ),
        "DisableSecretVersion": UnaryMethod(
            m.DisableSecretVersionRequest, lambda r, _: _version(*engine.disable(r.name, r.etag))
        ),
        "DestroySecretVersion": UnaryMethod(
            m.DestroySecretVersionRequest, lambda r, _: _version(*engine.destroy(r.name, r.etag))
        ),
    }
    return Service(SERVICE_NAME, methods, engine.counts.rpc, engine.faults)


def _create(engine: SecretsEngine, request: Any) -> Any:
    if not request.secret.HasField("replication"):
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT, "The secret's replication policy must be set."
        )
    labels = dict(request.secret.labels)
    return _secret(engine.create(request.parent, request.secret_id, labels))


def _add(engine: SecretsEngine, request: Any) -> Any:
    payload, checked = request.payload, request.payload.HasField("data_crc32c")
    if checked and payload.data_crc32c != crc32c(payload.data):
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT, "The payload does not match its data_crc32c."
        )
    made = engine.add_version(request.parent, payload.data, has_checksum=checked)
    return _version(request.parent, made)


def _delete(engine: SecretsEngine, request: Any) -> Any:
    engine.delete(request.name)
    return Empty()


def _list(engine: SecretsEngine, request: Any) -> Any:
    _no_filter(request)
    found = [_secret(secret) for secret in engine.under(request.parent)]
    shown, token = page(found, request.page_size, request.page_token, MOST_PER_PAGE)
    return m.ListSecretsResponse(secrets=shown, next_page_token=token, total_size=len(found))


def _list_versions(engine: SecretsEngine, request: Any) -> Any:
    _no_filter(request)
    newest_first = reversed(engine.get(request.parent).versions)
    found = [_version(request.parent, version) for version in newest_first]
    shown, token = page(found, request.page_size, request.page_token, MOST_PER_PAGE, _newest_first)
    return m.ListSecretVersionsResponse(
        versions=shown, next_page_token=token, total_size=len(found)
    )


def _newest_first(version: Any) -> str:
    return f"{10**18 - int(version.name.rpartition('/')[2]):019d}"


def _no_filter(request: Any) -> None:
    if request.filter:
        raise Refused(grpc.StatusCode.UNIMPLEMENTED, "Filters are not emulated.")


def _secret(secret: Secret) -> Any:
    shown = m.Secret(name=secret.name, labels=secret.labels)
    shown.replication.automatic.SetInParent()
    set_timestamp(shown.create_time, secret.created_at)
    return shown


def _version(secret_name: str, version: Version) -> Any:
    shown = m.SecretVersion(
        name=f"{secret_name}/versions/{version.number}",
        state=m.SecretVersion.State.Value(version.state),
        etag=etag_of(version),
        client_specified_payload_checksum=version.has_checksum,
    )
    shown.replication_status.automatic.SetInParent()
    set_timestamp(shown.create_time, version.created_at)
    if version.destroyed_at is not None:
        set_timestamp(shown.destroy_time, version.destroyed_at)
    return shown


def _payload(secret_name: str, version: Version) -> Any:
    payload = m.SecretPayload(data=version.payload, data_crc32c=crc32c(version.payload))
    name = f"{secret_name}/versions/{version.number}"
    return m.AccessSecretVersionResponse(name=name, payload=payload)
