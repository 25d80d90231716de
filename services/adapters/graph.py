"""Meta's Graph API over HTTP: numbers instead of prose in errors."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from services.adapters.http import CONNECT_SECONDS
from services.domain.outcome import Usage
from services.domain.text import Text
from services.errors import GraphRefused, Unavailable

#: Seconds for a call that carries a file: Meta looks at the file before it answers.
UPLOAD_SECONDS = 60.0
UPLOADING = httpx.Timeout(UPLOAD_SECONDS, connect=CONNECT_SECONDS)

_VERSION = re.compile(r"/v\d+\.\d+$")


class TokenSource(Protocol):
    """Where the accounts' access tokens come from."""

    def token(self, account_id: str) -> str:
        """The account's token, at most a minute old; raises `Unavailable`."""
        ...

    def forget(self, account_id: str) -> None:
        """Read it anew at the next question."""
        ...


class Graph:
    """Calls with an account's token, which travels in a header and in no message of ours."""

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        client: httpx.Client,
        *,
        app_secret: str = "",
    ) -> None:
        self._base = base_url.rstrip("/")
        self._tokens = tokens
        self._client = client
        self._app_secret = app_secret

    def send(self, method: str, account_id: str, path: str, **request: Any) -> httpx.Response:
        """One call, once; again only if the token in use turns out to be an old one.

        Raises httpx's own errors, which tell a call that never left from one that may have.
        """
        token = self._tokens.token(account_id)
        answer = self._send(method, path, token, request)
        if code_of(answer)[0] != 190:
            return answer
        # An instance may hold a token for a minute after it was replaced; a refused token
        # proves that nothing happened.
        self._tokens.forget(account_id)
        fresh = self._tokens.token(account_id)
        return answer if fresh == token else self._send(method, path, fresh, request)

    def read(self, method: str, account_id: str, path: str, **request: Any) -> Mapping[str, Any]:
        """The JSON object of a call that may be repeated.

        Raises `GraphRefused` with the numbers of an error, and `Unavailable` when there is no
        usable answer.
        """
        try:
            answer = self.send(method, account_id, path, **request)
        except httpx.HTTPError as error:
            raise _unanswered(error) from None
        return _object(answer)

    def refreshed(self, account_id: str) -> Mapping[str, Any]:
        """The answer of `refresh_access_token`, which has no version and takes no header.

        Raises like `read`.
        """
        token = self._tokens.token(account_id)
        query = {"grant_type": "ig_refresh_token", "access_token": token}
        address = f"{_VERSION.sub('', self._base)}/refresh_access_token"
        try:
            answer = self._client.get(address, params=query)
        except httpx.HTTPError as error:
            raise _unanswered(error) from None
        return _object(answer)

    def forget_token(self, account_id: str) -> None:
        """Read the account's token anew at the next call."""
        self._tokens.forget(account_id)

    def account_of(self, token: str, fields: str) -> Mapping[str, Any]:
        """Whose token it is; raises like `read`."""
        try:
            answer = self._send("GET", "me", token, {"params": {"fields": fields}})
        except httpx.HTTPError as error:
            raise _unanswered(error) from None
        return _object(answer)

    def _send(
        self, method: str, path: str, token: str, request: Mapping[str, Any]
    ) -> httpx.Response:
        params = dict(request.get("params") or {})
        if self._app_secret:
            proof = hmac.new(self._app_secret.encode(), token.encode(), hashlib.sha256)
            params["appsecret_proof"] = proof.hexdigest()
        return self._client.request(
            method,
            f"{self._base}/{path}",
            headers={"Authorization": f"Bearer {token}"},
            params=params or None,
            json=request.get("json"),
            data=request.get("data"),
            files=request.get("files"),
            timeout=UPLOADING if "files" in request else httpx.USE_CLIENT_DEFAULT,
        )


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, or an empty one."""
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def code_of(answer: httpx.Response) -> tuple[int | None, int | None]:
    """Code and subcode of the error in an answer; Meta also puts errors into answers of 200."""
    error = body_of(answer).get("error")
    if not isinstance(error, dict):
        return None, None
    return number(error.get("code")), number(error.get("error_subcode"))


def number(value: Any) -> int | None:
    """An integer, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def usage_of(answer: httpx.Response) -> Usage:
    """What the usage headers say: the largest percentage, and minutes until access returns."""
    app = _header(answer, "X-App-Usage")
    business = _header(answer, "X-Business-Use-Case-Usage")
    rows = [app, *(row for rows in business.values() if isinstance(rows, list) for row in rows)]
    rows = [row for row in rows if isinstance(row, dict)]
    names = ("call_count", "total_cputime", "total_time")
    percent = max((_share(row.get(name)) for row in rows for name in names), default=0.0)
    regain = max((_share(row.get("estimated_time_to_regain_access")) for row in rows), default=0.0)
    return Usage(percent, regain)


def _share(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _header(answer: httpx.Response, name: str) -> dict[str, Any]:
    try:
        found = json.loads(answer.headers.get(name, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _unanswered(error: httpx.HTTPError) -> Unavailable:
    kind = type(error).__name__
    return Unavailable(Text("Instagram did not answer (%(kind)s).", kind=kind))


def _object(answer: httpx.Response) -> dict[str, Any]:
    code, subcode = code_of(answer)
    if code is not None:
        raise GraphRefused(code, subcode)
    if not answer.is_success:
        status = str(answer.status_code)
        raise Unavailable(
            Text("Instagram answered HTTP %(status)s without an error code.", status=status)
        )
    return body_of(answer)


class FixedToken:
    """One token that never changes, for any account."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self, _account_id: str) -> str:
        """The token."""
        return self._token

    def forget(self, _account_id: str) -> None:
        """There is no other."""
