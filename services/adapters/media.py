"""Fetching what people attach: the address comes from outside, so that it is trusted with nothing.

Only https, only public addresses on every hop, a bounded number of bytes and seconds, and only
types that were asked for. The name is resolved once and the connection goes to that very address:
a name that changes its address between the check and the call gains nothing.
"""

import ipaddress
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

import httpx

from services.adapters.http import trust
from services.domain.model import Media
from services.errors import NoMedia
from services.ports import Clock

MOST_BYTES = 10 * 1024 * 1024
#: Seconds for one file, redirects included.
MOST_SECONDS = 8.0
MOST_HOPS = 3
#: What the CDN calls a voice note (Instagram: AAC in MP4).
_ALIASES = {"video/mp4": "audio/mp4"}
#: Nothing is decompressed: a few bytes could become more than an instance holds.
_PLAIN = {"Accept-Encoding": "identity"}


class PublicMedia:
    """Fetches from the public internet; on one machine from the `trusted` origin and no other."""

    def __init__(
        self,
        clock: Clock,
        *,
        trusted: str = "",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._trusted = trusted.rstrip("/")
        timeout = httpx.Timeout(MOST_SECONDS, connect=3.0)
        self._client = httpx.Client(
            verify=trust(),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def fetch(self, url: str, kinds: Sequence[str]) -> Media:
        """The file, if its type is one of `kinds` (`image`, `audio`); raises `NoMedia`."""
        until = self._clock.now() + timedelta(seconds=MOST_SECONDS)
        for _ in range(MOST_HOPS):
            answer = self._one(url, until, kinds)
            if isinstance(answer, Media):
                return answer
            url = answer
        raise NoMedia("too many redirects")

    def _one(self, url: str, until: datetime, kinds: Sequence[str]) -> Media | str:
        try:
            with _Streaming(self._client, self._request(url)) as answer:
                if answer.is_redirect:
                    return urljoin(url, str(answer.headers.get("Location", "")))
                if not answer.is_success:
                    raise NoMedia(f"the address answered {answer.status_code}")
                mime_type = _type(answer, kinds)
                return Media(mime_type, self._body(answer, until))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NoMedia(f"the address did not answer ({type(error).__name__})") from None

    def _request(self, url: str) -> httpx.Request:
        parts = urlsplit(url)
        if self._trusted:
            if f"{parts.scheme}://{parts.netloc}" != self._trusted:
                raise NoMedia("not an address of this machine's own Instagram")
            return self._client.build_request("GET", url, headers=_PLAIN)
        if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
            raise NoMedia("not a plain https address")
        if parts.port not in (None, 443):
            raise NoMedia("not the port of https")
        address = _public_address(parts.hostname)
        literal = f"[{address}]" if ":" in address else address
        pinned = httpx.URL(url).copy_with(host=literal)
        return self._client.build_request(
            "GET",
            pinned,
            headers={"Host": parts.hostname, **_PLAIN},
            extensions={"sni_hostname": parts.hostname},
        )

    def _body(self, answer: httpx.Response, until: datetime) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise NoMedia("compressed, though that was not asked for")
        if int(answer.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise NoMedia("larger than is fetched")
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise NoMedia("larger than is fetched")
            if self._clock.now() > until:
                raise NoMedia("slower than is waited for")
        return bytes(body)


class _Streaming:
    """An answer whose body is read piece by piece, closed whatever happens."""

    def __init__(self, client: httpx.Client, request: httpx.Request) -> None:
        self._client, self._request = client, request

    def __enter__(self) -> httpx.Response:
        self._answer = self._client.send(self._request, stream=True)
        return self._answer

    def __exit__(self, *_error: object) -> None:
        self._answer.close()


def _public_address(host: str) -> str:
    """One address of the host, all of which are public; raises `NoMedia`."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        raise NoMedia("the name is not known") from None
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise NoMedia("not a public address")
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_global and not mapped.is_multicast


def _type(answer: httpx.Response, kinds: Sequence[str]) -> str:
    named = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if named.partition("/")[0] in kinds:
        return str(named)
    alias = _ALIASES.get(named, "")
    if alias and alias.partition("/")[0] in kinds:
        return alias
    raise NoMedia("not a type that was asked for")
