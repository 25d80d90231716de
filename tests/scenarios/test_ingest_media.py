"""Pictures and voice notes are fetched by the turn, once, and kept only where a setting says so."""

from typing import Any

import pytest

from services import bootstrap
from services.errors import Conflict
from tests.world import World


def _picture(world: World, content: bytes = b"jpeg", kind: str = "image/jpeg") -> str:
    address = f"{world.stack.instagram_url}/_sim/media"
    answer = world.http.post(address, content=content, headers={"Content-Type": kind})
    return str(answer.json()["url"])


def _kept(world: World) -> list[dict[str, Any]]:
    return [d.to_dict() or {} for d in world.store.collection_group("media").stream()]


def _shown(world: World) -> bool:
    return "inlineData" in str(world.model_requests()) or "inline_data" in str(
        world.model_requests()
    )


def test_a_pending_picture_is_shown_to_the_model_and_not_kept(world: World) -> None:
    world.dm("alice", "", kind="image", url=_picture(world))
    world.settle()
    assert _shown(world)
    assert _kept(world) == []
    assert len(world.sent_to("alice")) == 1


def test_a_setting_keeps_it_for_so_many_days(world: World) -> None:
    world.configure(media_days=7)
    world.dm("alice", "", kind="image", url=_picture(world))
    world.settle()
    (kept,) = _kept(world)
    assert (kept["content"], kept["mime_type"]) == (b"jpeg", "image/jpeg")
    assert (kept["expire_at"] - kept["created_at"]).days == 7


@pytest.mark.parametrize("words", [{"kind": "story_mention"}, {"kind": "ephemeral"}])
def test_what_may_not_or_cannot_be_fetched_is_answered_all_the_same(
    world: World, words: dict[str, Any]
) -> None:
    world.configure(answer_story_mentions=True, media_days=7)
    world.dm("alice", "", url=_picture(world), **words)
    world.settle()
    assert not _shown(world)
    assert _kept(world) == []
    assert len(world.sent_to("alice")) == 1


def test_an_expired_address_does_not_lose_the_message(world: World) -> None:
    url = f"{world.stack.instagram_url}/ig_messaging_cdn/?asset_id=gone"
    world.dm("alice", "look", attachments=[{"type": "image", "payload": {"url": url}}])
    world.settle()
    assert not _shown(world)
    assert len(world.sent_to("alice")) == 1


def test_a_turns_pictures_are_no_more_than_fit_into_a_request(world: World) -> None:
    for n in range(2):
        url = _picture(world, bytes(7_500_000 + n))
        world.dm("alice", f"picture {n}", attachments=[{"type": "image", "payload": {"url": url}}])
    world.settle()
    assert str(world.model_requests()[0]).count("inlineData") == 1
    assert len(world.sent_to("alice")) == 1


def test_nothing_is_fetched_while_a_human_owns_the_thread(world: World) -> None:
    world.owner_types("alice", "mine")
    world.deliver_webhooks()
    world.configure(media_days=7)
    world.dm("alice", "", kind="image", url=_picture(world))
    world.settle()
    assert _kept(world) == []


def test_a_picture_that_no_turn_has_read_is_described_on_request(world: World) -> None:
    world.owner_types("alice", "mine")
    world.deliver_webhooks()
    world.dm("alice", "", kind="image", url=_picture(world), mid="m1")
    world.settle()
    world.model_says({"text": "A menu on a table."})
    describing = bootstrap.services("process_thread").describing
    for _ in range(2):
        words = describing.describe(world.thread("alice"), "m1")
        assert words == {"description": "A menu on a table."}
    (stored,) = world.messages("alice", "inbound")
    assert stored["description"] == "A menu on a table."
    with pytest.raises(Conflict):
        describing.describe(world.thread("alice"), "nothing")
