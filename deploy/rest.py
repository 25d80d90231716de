"""Google APIs that gcloud has no command for: rules, and single-field indexes of group scope."""

import json
import urllib.error
import urllib.request
from typing import Any

from deploy.gcloud import Gcloud, note
from devtools.stop import Stop

#: Where the services answer; tests name another place.
GOOGLE = "https://{service}.googleapis.com"
_TIMEOUT_SECONDS = 60


class Rest:
    """Calls with the token of whoever is signed in to gcloud; the token is shown nowhere."""

    def __init__(self, gcloud: Gcloud, address: str = GOOGLE) -> None:
        self._gcloud = gcloud
        self._address = address
        self._token = ""

    def read(self, service: str, path: str) -> Any:
        """What is there, or None."""
        if self._gcloud.blind or self._gcloud.dry_run:
            return None
        try:
            return self._call("GET", service, path, None)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise _refused("GET", service, path, error) from error

    def change(self, method: str, service: str, path: str, body: dict[str, Any]) -> Any:
        """Print a call and, unless this is a dry run, make it."""
        self._gcloud.changes += 1
        note(f"+ {method} {self._address.format(service=service)}{path}")
        if self._gcloud.dry_run:
            return {}
        try:
            return self._call(method, service, path, body)
        except urllib.error.HTTPError as error:
            raise _refused(method, service, path, error) from error

    def _call(self, method: str, service: str, path: str, body: dict[str, Any] | None) -> Any:
        self._token = self._token or self._gcloud.secret_output("auth", "print-access-token")
        request = urllib.request.Request(  # noqa: S310 (an address of ours)
            self._address.format(service=service) + path,
            None if body is None else json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "X-Goog-User-Project": self._gcloud.project,
            },
            method=method,
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 (https)
            return json.load(answer)


def _refused(method: str, service: str, path: str, error: urllib.error.HTTPError) -> Stop:
    said = error.read().decode(errors="replace")[:500]
    return Stop(f"{service} refused {method} {path} ({error.code}). It says:\n{said}")
