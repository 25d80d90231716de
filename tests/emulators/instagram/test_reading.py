"""Profiles, conversations, messages, subscriptions and tokens, as the Graph API gives them."""

import pytest

from tests.emulators.instagram.world import World, refused

DAY = 86400


def test_the_account_tells_its_professional_id(world: World) -> None:
    answer = world.http.get("/v25.0/me?fields=user_id,username").json()
    assert answer["user_id"] == "17841400000000001"
    assert answer["id"] != answer["user_id"]


def test_a_profile_gives_only_what_was_asked_for(world: World) -> None:
    igsid = world.dm("alice", "hello")["id"]
    answer = world.http.get(f"/v25.0/{igsid}?fields=name,follower_count").json()
    assert answer == {"id": igsid, "name": "Alice", "follower_count": 120}


def test_a_profile_can_be_refused_or_empty_by_person(world: World) -> None:
    igsid = world.dm("alice", "hello")["id"]
    world.control("people", name="alice", profile={"name": None}, profile_error={"code": 9010})
    assert refused(world.http.get(f"/{igsid}")) == (9010, None)
    world.control("people", name="alice", profile_error=None)
    assert world.http.get(f"/{igsid}?fields=name").json()["name"] is None


def test_a_profile_needs_that_the_person_wrote(world: World) -> None:
    igsid = world.control("owner", to="bob", text="hi")["id"]
    assert refused(world.http.get(f"/{igsid}")) == (230, None)
    assert refused(world.http.get("/1234567890123456")) == (100, 33)


def test_a_conversation_is_read_back_newest_first_with_both_sides(world: World) -> None:
    igsid = world.dm("alice", "hello")["id"]
    mid = world.send(igsid, "hi").json()["message_id"]
    fields = "id,updated_time,messages{id,created_time,from,to,message}"
    query = {"platform": "instagram", "user_id": igsid, "fields": fields}
    (thread,) = world.http.get("/me/conversations", params=query).json()["data"]
    ours, theirs = thread["messages"]["data"]
    assert (ours["id"], ours["message"], ours["to"]["data"][0]["id"]) == (mid, "hi", igsid)
    assert (theirs["message"], theirs["from"]["username"]) == ("hello", "alice")
    single = world.http.get(f"/{thread['id']}?fields=updated_time").json()
    assert single["updated_time"] == "2026-03-04T12:00:00+0000"


def test_only_the_twenty_newest_messages_are_readable(world: World) -> None:
    mids = [world.dm("alice", str(number))["mid"] for number in range(21)]
    assert world.http.get(f"/{mids[1]}?fields=message").json()["message"] == "1"
    assert refused(world.http.get(f"/{mids[0]}?fields=message")) == (9000001, None)


def test_conversations_come_by_pages(world: World) -> None:
    for name in ("alice", "bob", "carol"):
        world.dm(name, "hello")
    first = world.http.get("/me/conversations?limit=2").json()
    after = first["paging"]["cursors"]["after"]
    second = world.http.get(f"/me/conversations?limit=2&after={after}").json()
    assert (len(first["data"]), len(second["data"]), "paging" in second) == (2, 1, False)


def test_a_third_read_of_conversations_within_a_second_is_throttled(world: World) -> None:
    answers = [world.http.get("/me/conversations").status_code for _ in range(3)]
    assert answers == [200, 200, 400]


def test_subscriptions_are_listed_replaced_and_removed(world: World) -> None:
    path = "/v25.0/17841400000000001/subscribed_apps"
    assert "messages" in world.http.get(path).json()["data"][0]["subscribed_fields"]
    assert refused(world.http.post(path, params={"subscribed_fields": "nonsense"}))[0] == 100
    assert world.http.delete(path).json() == {"success": True}
    assert world.http.get(path).json() == {"data": []}


@pytest.mark.parametrize("token", ["wrong", None])
def test_a_call_needs_a_valid_token(world: World, token: str | None) -> None:
    headers = {"Authorization": f"Bearer {token}" if token else ""}
    answer = world.http.get("/v25.0/me", headers=headers)
    assert (answer.status_code, refused(answer)) == (401, (190, None))


def test_a_token_expires_after_sixty_days(world: World) -> None:
    world.control("token", age_days=60)
    assert refused(world.http.get("/me")) == (190, 463)


def test_an_invalidated_token_stays_dead_until_the_owner_logs_in_again(world: World) -> None:
    world.control("token", invalid=True)
    assert refused(world.http.get("/me")) == (190, 460)
    fresh = world.control("token", new=True)["token"]
    assert world.http.get("/me", headers={"Authorization": f"Bearer {fresh}"}).status_code == 200


@pytest.mark.parametrize(("age_days", "status"), [(0.9, 400), (1, 200), (59, 200), (60, 401)])
def test_a_token_is_renewed_between_a_day_and_its_end(
    world: World, age_days: float, status: int
) -> None:
    world.control("token", age_days=age_days)
    query = {"grant_type": "ig_refresh_token", "access_token": "local-access-token"}
    answer = world.http.get("/refresh_access_token", params=query, headers={"Authorization": ""})
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["expires_in"] == 60 * DAY


def test_an_unknown_path_is_refused_as_json(world: World) -> None:
    answer = world.http.get("/v25.0/a/b/c")
    assert (answer.status_code, refused(answer)) == (404, (2500, None))


def test_the_phone_sees_the_whole_conversation_in_order(world: World) -> None:
    igsid = world.dm("alice", "hello")["id"]
    world.send(igsid, "hi")
    world.control("owner", to="alice", text="me again")
    world.dm("alice", kind="unsend")
    shown = world.http.get("/_sim/conversation?with=alice").json()
    lines = [(line["from"], line["text"], line["deleted"]) for line in shown["messages"]]
    assert lines == [("person", None, True), ("api", "hi", False), ("owner", "me again", False)]
