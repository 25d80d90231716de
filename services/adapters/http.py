"""How an instance calls out over HTTP: one trust, and pools that are kept while it lives."""

import functools
import logging
import ssl

import httpx

#: Seconds for one call; shorter than the time for which a delivery holds its item.
CALL_SECONDS = 10.0
CONNECT_SECONDS = 3.0
#: Idle connections are closed before Meta or a frozen instance kills them: a call on a dead
#: connection has an unknown outcome.
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=10)

# These log whole addresses, and one of Meta's carries the token.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@functools.cache
def trust() -> ssl.SSLContext:
    """The authorities that every client of this process believes.

    One for all: reading them takes 20 to 30 ms, and a cold start would pay it for each client.
    """
    return httpx.create_ssl_context()


def pooled(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """The HTTP client that one instance keeps."""
    timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
    return httpx.Client(verify=trust(), timeout=timeout, limits=_POOL, transport=transport)
