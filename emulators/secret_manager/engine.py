"""Secret Manager without I/O but its file: secrets, versions, states."""

import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import grpc

from emulators.cloud_tasks.counts import Counts
from emulators.cloud_tasks.faults import Faults
from emulators.refused import Refused
from emulators.secret_manager import store
from emulators.secret_manager.records import DESTROYED, DISABLED, ENABLED, Secret, Version

LARGEST_PAYLOAD = 65_536
_PROJECT = r"projects/[A-Za-z0-9:.\-]+"
_SECRET = _PROJECT + r"/secrets/[A-Za-z0-9_\-]{1,255}"
_VERSION = _SECRET + r"/versions/(?:latest|[1-9][0-9]{0,17})"


class SecretsEngine:
    """Thread-safe; every refusal carries production's code and, in kind, its words."""

    def __init__(self, clock: Callable[[], datetime], path: Path | None = None) -> None:
        self._clock, self._path = clock, path
        self._lock = threading.RLock()
        self._secrets = store.load(path)
        self.counts = Counts()
        self.faults = Faults()

    def put(self, name: str, payload: bytes) -> None:
        """Make `payload` the latest version of a secret, which is created if missing."""
        with self._lock:
            if name not in self._secrets:
                project, _, secret_id = name.partition("/secrets/")
                self.create(project, secret_id, {})
            self.add_version(name, payload, has_checksum=False)

    def reset(self) -> None:
        """Forget every secret, in the file too, and every count."""
        with self._lock:
            self._secrets.clear()
            self.counts.clear()
            self.faults.clear()
            self._save()

    def create(self, project: str, secret_id: str, labels: dict[str, str]) -> Secret:
        """A secret without versions; ALREADY_EXISTS if there is one of that name."""
        _check(_PROJECT, project)
        name = _check(_SECRET, f"{project}/secrets/{secret_id}")
        with self._lock:
            if name in self._secrets:
                raise Refused(grpc.StatusCode.ALREADY_EXISTS, f"Secret [{name}] already exists.")
            self._secrets[name] = Secret(name, self._clock(), labels)
            self._save()
            return self._secrets[name]

    def get(self, name: str) -> Secret:
        """The secret, or NOT_FOUND."""
        with self._lock:
            secret = self._secrets.get(_check(_SECRET, name))
        if secret is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret [{name}] not found.")
        return secret

    def under(self, project: str) -> list[Secret]:
        """The project's secrets, by name."""
        prefix = _check(_PROJECT, project) + "/secrets/"
        with self._lock:
            return [self._secrets[key] for key in sorted(self._secrets) if key.startswith(prefix)]

    def delete(self, name: str) -> None:
        """Remove a secret with all its versions."""
        with self._lock:
            del self._secrets[self.get(name).name]
            self._save()

    def add_version(self, name: str, payload: bytes, *, has_checksum: bool) -> Version:
        """Append an enabled version; INVALID_ARGUMENT for an empty or too large payload."""
        if not payload:
            raise _invalid("Secret Payload cannot be empty.")
        if len(payload) > LARGEST_PAYLOAD:
            raise _invalid(f"Secret Payload must not be larger than {LARGEST_PAYLOAD} bytes.")
        with self._lock:
            versions = self.get(name).versions
            made = Version(len(versions) + 1, self._clock(), payload, has_checksum=has_checksum)
            versions.append(made)
            self._save()
            return made

    def version(self, name: str) -> tuple[str, Version]:
        """A version and its secret's name; `latest` is the newest one, whatever its state."""
        secret_name, _, wanted = _check(_VERSION, name).partition("/versions/")
        with self._lock:
            secret = self._secrets.get(secret_name)
            if wanted == "latest" and (secret is None or not secret.versions):
                raise Refused(
                    grpc.StatusCode.NOT_FOUND,
                    f"Secret [{secret_name}] not found or has no versions.",
                )
            number = len(secret.versions) if secret and wanted == "latest" else int(wanted)
            if secret is None or number > len(secret.versions):
                raise Refused(grpc.StatusCode.NOT_FOUND, f"Secret Version [{name}] not found.")
            return secret_name, secret.versions[number - 1]

    def access(self, name: str) -> tuple[str, Version]:
        """A version whose payload may be read; FAILED_PRECONDITION unless it is enabled."""
        secret_name, version = self.version(name)
        if version.state != ENABLED:
            raise self._wrong_state(secret_name, version)
        return secret_name, version

    def enable(self, name: str, etag: str = "") -> tuple[str, Version]:
        """Let a version be read again; one that is enabled stays so."""
        return self._to_state(name, ENABLED, etag)

    def disable(self, name: str, etag: str = "") -> tuple[str, Version]:
        """Keep a version from being read; one that is disabled stays so."""
        return self._to_state(name, DISABLED, etag)

    def destroy(self, name: str, etag: str = "") -> tuple[str, Version]:
        """Erase a version's payload for good."""
        with self._lock:
            secret_name, version = self._to_state(name, DESTROYED, etag, save=False)
            version.payload, version.destroyed_at = b"", self._clock()
            self._save()
            return secret_name, version

    def _to_state(
        self, name: str, state: str, etag: str, *, save: bool = True
    ) -> tuple[str, Version]:
        with self._lock:
            secret_name, version = self.version(name)
            if version.state == DESTROYED:
                raise self._wrong_state(secret_name, version)
            if etag and etag != etag_of(version):
                raise Refused(
                    grpc.StatusCode.FAILED_PRECONDITION, "The etag is not the version's own."
                )
            version.changes += version.state != state
            version.state = state
            if save:
                self._save()
            return secret_name, version

    def _wrong_state(self, secret_name: str, version: Version) -> Refused:
        full = f"{secret_name}/versions/{version.number}"
        return Refused(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"Secret Version [{full}] is in {version.state} state.",
        )

    def _save(self) -> None:
        store.save(self._path, self._secrets.values())


def etag_of(version: Version) -> str:
    """What changes with every change of the version's state."""
    stamp = int(version.created_at.timestamp() * 1_000_000) + version.changes
    return f'"{stamp:x}"'


def _check(pattern: str, name: str) -> str:
    if re.fullmatch(pattern, name) is None:
        raise _invalid(f"The resource name [{name}] is not valid.")
    return name


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
