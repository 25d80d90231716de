"""The club's calendar: log-in first, then events by their parameters."""

from typing import Any

from tests.emulators.instagram.world import World

PASSWORD = "local-spond-password"


def login(world: World, password: str = PASSWORD) -> Any:
    said = {"email": "local@example.com", "password": password}
    return world.http.post("/core/v1/auth2/login", json=said)


def events(world: World, **asked: Any) -> list[str]:
    token = login(world).json()["accessToken"]["token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = world.http.get("/core/v1/sponds/", params=asked, headers=headers)
    return [event["heading"] for event in answer.json()]


def given(world: World) -> None:
    march = [
        {"heading": "early", "startTimestamp": "2026-03-01T18:00:00Z"},
        {"heading": "late", "startTimestamp": "2026-03-09T18:00:00Z", "cancelled": True},
    ]
    world.control("spond", events=march)


def test_events_come_in_order_of_their_start(world: World) -> None:
    given(world)
    assert events(world) == ["early", "late"]
    assert events(world, max=1) == ["early"]


def test_the_earliest_start_can_be_asked_for(world: World) -> None:
    given(world)
    assert events(world, minStartTimestamp="2026-03-05T00:00:00.000Z") == ["late"]


def test_a_wrong_password_and_a_missing_token_are_refused(world: World) -> None:
    assert login(world, "wrong").status_code == 401
    answer = world.http.get("/core/v1/sponds/", headers={"Authorization": ""})
    assert answer.status_code == 401


def test_spond_fails_on_demand(world: World) -> None:
    world.faults({"on": "spond", "status": 503})
    assert login(world).status_code == 503
