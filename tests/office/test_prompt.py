"""What the bot is told: each save is a version, to be compared and to go back to."""

import re

from tests.office.conftest import Desk
from tests.world import ACCOUNT, World


def _versions(desk: Desk, scope: str = "default") -> list[str]:
    """The addresses of the versions, newest first."""
    page = desk.get(f"/prompt?scope={scope}").text
    return re.findall(r'href="/back_office(/prompt/versions/\w+)\?', page)


def _facts(desk: Desk, *texts: str) -> None:
    for text in texts:
        desk.world.advance(60)
        desk.post("/prompt", business_facts=text)


def test_each_save_is_a_version_with_what_it_changed(desk: Desk) -> None:
    _facts(desk, "We open at 8.\nParking is free.", "We open at 9.\nParking is free.")
    newest, middle, first = _versions(desk)
    page = desk.get(newest).text
    changed = page.partition("What it changed")[2]
    assert re.search(r'class="line-gone".*We open at 8\.', changed)
    assert re.search(r'class="line-new".*We open at 9\.', changed)
    assert "What has changed since then" not in page
    assert "What has changed since then" in desk.get(middle).text
    assert "(none given)" in desk.get(first).text


def test_going_back_is_a_version_of_its_own(world: World, desk: Desk) -> None:
    _facts(desk, "First", "Second")
    world.advance(60)
    desk.post(_versions(desk)[1])
    stored = world.store.document("settings/default").get().to_dict() or {}
    assert stored["business_facts"] == "First"
    assert len(_versions(desk)) == 4
    assert "Nothing new." in desk.post(_versions(desk)[2]).text
    desk.post(_versions(desk)[-1])
    assert "business_facts" not in (world.store.document("settings/default").get().to_dict() or {})


def test_the_whole_instructions_are_shown_without_their_secret_word(desk: Desk) -> None:
    _facts(desk, "<script>alert(1)</script>")
    page = desk.get("/prompt").text
    assert "What you never do" in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"ref-[0-9a-f]{12}", page)


def test_an_accounts_versions_are_its_own(desk: Desk) -> None:
    _facts(desk, "For all")
    desk.post(f"/prompt?scope={ACCOUNT}", business_facts="For one")
    assert len(_versions(desk, ACCOUNT)) == 2
    assert "For all" in desk.get(f"{_versions(desk, ACCOUNT)[1]}?scope={ACCOUNT}").text
    assert desk.get("/prompt?scope=elsewhere").status_code == 404


def test_a_turns_trace_leads_to_the_words_that_it_was_given(world: World, desk: Desk) -> None:
    _facts(desk, "Only on Mondays.")
    world.advance(6)
    world.dm("alice", "hello")
    world.settle()
    (turn,) = world.messages("alice", "outgoing")
    trace = desk.get(f"{desk.thread()}/turns/{turn['turn_id']}").text
    (link,) = re.findall(r'href="/back_office(/prompt/used/\w+)"', trace)
    page = desk.get(link).text
    assert "Only on Mondays." in page
    assert not re.search(r"ref-[0-9a-f]{12}", page)
    assert desk.get("/prompt/used/nothing").status_code == 404
