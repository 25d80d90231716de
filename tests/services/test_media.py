"""Fetching media: what is refused, on every hop, and what a fetch really connects to."""

import gzip
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulators.clock import SimClock
from emulators.http import HttpServer
from services.adapters.media import MOST_BYTES, PublicMedia
from services.errors import NoMedia

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/computeMetadata/v1/",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://2130706433/x",
        "https://user:word@8.8.8.8/x",
        "https://8.8.8.8:8080/x",
        "file:///etc/passwd",
        "ftp://8.8.8.8/x",
        "https:///x",
        "https://[/x",
        "",
    ],
)
def test_an_address_that_is_not_public_https_is_refused(url: str) -> None:
    media = PublicMedia(SimClock(frozen_at=NOW), transport=_answering({}))
    with pytest.raises(NoMedia):
        media.fetch(url, ("image",))


def _answering(headers: dict[str, str], status: int = 200, body: bytes = b"x") -> Any:
    asked.clear()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    return httpx.MockTransport(answer)


asked: list[httpx.Request] = []


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    transport = _answering({"Content-Type": "image/jpeg"}, body=b"jpeg")
    found = PublicMedia(SimClock(frozen_at=NOW), transport=transport).fetch(
        "https://8.8.8.8/x?y=1", ("image",)
    )
    assert (found.mime_type, found.content) == ("image/jpeg", b"jpeg")
    assert str(asked[0].url) == "https://8.8.8.8/x?y=1"
    assert asked[0].extensions["sni_hostname"] == "8.8.8.8"
    assert asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("to", ["https://10.0.0.1/x", "http://8.8.8.8/x", "file:///etc/passwd"])
def test_a_redirect_is_checked_like_the_first_address(to: str) -> None:
    transport = _answering({"Location": to}, status=302)
    with pytest.raises(NoMedia):
        PublicMedia(SimClock(frozen_at=NOW), transport=transport).fetch(
            "https://8.8.8.8/x", ("image",)
        )
    assert len(asked) == 1


def test_redirects_have_an_end() -> None:
    transport = _answering({"Location": "https://8.8.8.8/again"}, status=302)
    with pytest.raises(NoMedia, match="redirects"):
        PublicMedia(SimClock(frozen_at=NOW), transport=transport).fetch(
            "https://8.8.8.8/x", ("image",)
        )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/html"}, 200),
        ({"Content-Type": "image/png", "Content-Length": str(MOST_BYTES + 1)}, 200),
        ({}, 200),
        ({"Content-Type": "image/png"}, 403),
        ({"Content-Type": "image/png", "Content-Encoding": "gzip"}, 200),
        ({"Content-Type": "image/png", "Content-Encoding": "br"}, 200),
    ],
)
def test_what_was_not_asked_for_is_refused(headers: dict[str, str], status: int) -> None:
    transport = _answering(headers, status)
    with pytest.raises(NoMedia):
        PublicMedia(SimClock(frozen_at=NOW), transport=transport).fetch(
            "https://8.8.8.8/x", ("image",)
        )


def test_a_voice_note_that_calls_itself_a_video_is_audio() -> None:
    transport = _answering({"Content-Type": "video/mp4"})
    found = PublicMedia(SimClock(frozen_at=NOW), transport=transport).fetch(
        "https://8.8.8.8/x", ("audio",)
    )
    assert found.mime_type == "audio/mp4"


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[], Iterable[bytes]]], str]]:
    """A server on this machine whose body the test makes, piece by piece."""
    servers: list[HttpServer] = []

    def start(pieces: Callable[[], Iterable[bytes]]) -> str:
        def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Type", "image/png")])
            return pieces()

        server = HttpServer(app, 0)
        server.start()
        servers.append(server)
        return server.url

    yield start
    for server in servers:
        server.stop()


def test_a_body_without_a_length_is_cut_at_the_cap(serve: Any) -> None:
    url = serve(lambda: (b"x" * 1024 * 1024 for _ in range(20)))
    with pytest.raises(NoMedia, match="larger"):
        PublicMedia(SimClock(frozen_at=NOW), trusted=url).fetch(f"{url}/x", ("image",))


def test_a_body_that_trickles_is_given_up(serve: Any) -> None:
    clock = SimClock(frozen_at=NOW)

    def trickle() -> Iterator[bytes]:
        for _ in range(200):
            clock.advance(1)
            yield b"x" * 64 * 1024

    url = serve(trickle)
    with pytest.raises(NoMedia, match="slower"):
        PublicMedia(clock, trusted=url).fetch(f"{url}/x", ("image",))


def test_a_local_run_fetches_from_nowhere_else(serve: Any) -> None:
    url = serve(lambda: [b"png"])
    media = PublicMedia(SimClock(frozen_at=NOW), trusted=url)
    assert media.fetch(f"{url}/x", ("image",)).content == b"png"
    with pytest.raises(NoMedia):
        media.fetch("https://8.8.8.8/x", ("image",))


def test_a_body_that_drips_is_given_up_before_it_fills_a_block(serve: Any) -> None:
    clock = SimClock(frozen_at=NOW)
    dripped = []

    def drip() -> Iterator[bytes]:
        for _ in range(40):
            clock.advance(1)
            time.sleep(0.02)
            dripped.append(1)
            yield b"x"

    url = serve(drip)
    with pytest.raises(NoMedia, match="slower"):
        PublicMedia(clock, trusted=url).fetch(f"{url}/x", ("image",))
    assert len(dripped) < 30


def test_a_small_answer_that_unpacks_to_a_large_one_is_never_unpacked() -> None:
    bomb = gzip.compress(bytes(60 * 1024 * 1024), compresslevel=1)
    packed = {"Content-Type": "image/png", "Content-Encoding": "gzip"}
    media = PublicMedia(SimClock(frozen_at=NOW), transport=_answering(packed, body=bomb))
    tracemalloc.start()
    with pytest.raises(NoMedia, match="compressed"):
        media.fetch("https://8.8.8.8/x", ("image",))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES
