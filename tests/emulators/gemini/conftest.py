"""One simulated Gemini for the whole package, and the real client that talks to it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from google import genai
from google.genai import types

from emulators.clock import SimClock
from emulators.gemini.simulator import GeminiSim
from emulators.http import HttpServer


@pytest.fixture(scope="package")
def served() -> Iterator[tuple[GeminiSim, str]]:
    sim = GeminiSim(SimClock(datetime(2026, 3, 4, 12, 0, tzinfo=UTC)))
    server = HttpServer(sim.app).start()
    yield sim, server.url
    server.stop()


@pytest.fixture
def sim(served: tuple[GeminiSim, str]) -> GeminiSim:
    served[0].clock.reset()
    served[0].reset()
    return served[0]


@pytest.fixture
def http(served: tuple[GeminiSim, str]) -> Iterator[httpx.Client]:
    headers = {"x-goog-api-key": "local"}
    with httpx.Client(base_url=served[1], headers=headers, timeout=10) as client:
        yield client


@pytest.fixture(scope="package")
def client(served: tuple[GeminiSim, str]) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=served[1], timeout=10_000)
    with genai.Client(api_key="local", http_options=options) as made:
        yield made
