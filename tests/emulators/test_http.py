"""The HTTP server under the emulators and the gateway."""

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any

import httpx

from emulators.http import HttpServer


def test_a_stopped_server_leaves_no_answer_under_way() -> None:
    began, go_on, ended = Event(), Event(), Event()

    def slow(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began.set()
        assert go_on.wait(30)
        ended.set()
        start_response("200 OK", [])
        return [b""]

    server = HttpServer(slow).start()
    at_return: list[bool] = []

    def stop() -> None:
        server.stop()
        at_return.append(ended.is_set())

    reader = Thread(target=httpx.get, args=(server.url,), kwargs={"trust_env": False})
    reader.start()
    assert began.wait(30)
    stopping = Thread(target=stop)
    stopping.start()
    stopping.join(1)
    go_on.set()
    stopping.join(30)
    reader.join(30)
    assert at_return == [True]
