"""Cloud Run's front: lets only the queue's service account through to a private function."""

import json
from collections.abc import Iterable
from typing import Any

from emulators.cloud_tasks.tokens import InvalidToken, Tokens, without_signature
from emulators.http import WSGIApp


class InvokerOnly:
    """Checks the OIDC token as Cloud Run does, then passes it on without its signature.

    No token is 403, a token that does not hold or is meant for another URL 401, another identity
    403 (Cloud Run documentation, Troubleshooting).
    """

    def __init__(self, app: WSGIApp, tokens: Tokens, audience: str, invoker: str) -> None:
        self._app, self._tokens = app, tokens
        self._audience, self._invoker = audience, invoker

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request, or refuse it before the function sees it."""
        header = environ.get("HTTP_AUTHORIZATION", "")
        try:
            self._check(header)
        except InvalidToken as invalid:
            return _refuse(invalid, start_response)
        environ["HTTP_AUTHORIZATION"] = without_signature(header)
        return self._app(environ, start_response)

    def _check(self, header: str) -> None:
        claims = self._tokens.verify(header, self._audience)
        if claims.get("email") != self._invoker:
            raise InvalidToken(403, f"{claims.get('email')} is not an invoker")


def _refuse(invalid: InvalidToken, start_response: Any) -> Iterable[bytes]:
    status = {401: "401 Unauthorized", 403: "403 Forbidden"}[invalid.status]
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({"error": str(invalid)}).encode()]
