"""A browser without a screen: it keeps cookies, follows redirects and fills in forms."""

import re
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from admin import create_app
from admin.access import SERVICES
from emulators.gateway import credentials
from services.adapters.http import trust
from services.bootstrap import Services
from tests.world import World


def browser_before(services: Services) -> FlaskClient:
    """A browser right before the app, without the local gateway and its prefix."""
    browser = create_app(services.settings.session_secret, services.settings.local).test_client()
    browser.environ_base[SERVICES] = services  # type: ignore[assignment] # WSGI takes any object
    return browser


class Desk:
    """One browser at the back office."""

    def __init__(self, world: World, address: str = "198.51.100.7") -> None:
        self.world = world
        self.http = httpx.Client(
            base_url=f"{world.stack.url}/back_office",
            headers={"x-forwarded-for": f"203.0.113.1, {address}"},
            follow_redirects=True,
            verify=trust(),
            timeout=30,
            trust_env=False,
        )

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page."""
        return self.http.get(path, **more)

    def token(self) -> str:
        """The word that the session's forms carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/me").text)
        assert found, "no form carries the session's word"
        return found[1]

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form, as a page of ours would."""
        return self.http.post(path, data={"csrf": self.token(), **fields})

    def sign_in(self, token: str = credentials.ADMIN_TOKEN) -> httpx.Response:
        """Enter."""
        return self.post("/sign-in", token=token)

    def thread(self, person: str = "alice") -> str:
        """The address of a person's conversation."""
        return f"/conversations/{self.world.thread(person)}"


@pytest.fixture
def stranger(world: World) -> Desk:
    """A browser that has not signed in."""
    return Desk(world)


@pytest.fixture
def desk(world: World) -> Desk:
    """The owner's browser, signed in; nothing is counted yet."""
    desk = Desk(world)
    assert desk.sign_in().status_code == 200
    world.clear_counts()
    return desk


def colleague(desk: Desk, name: str = "Marta", role: str = "agent") -> Desk:
    """Another operator's browser, signed in with a token that the owner made."""
    page = desk.post("/team", name=name, role=role).text
    found = re.search(r'<code class="token">([^<]+)</code>', page)
    assert found, page
    other = Desk(desk.world)
    assert other.sign_in(found[1]).status_code == 200
    return other
