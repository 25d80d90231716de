"""Who comes in, how often one may try, and what every answer carries."""

import re

import pytest

from emulators.gateway import credentials
from services.bootstrap import services
from tests.office.conftest import Desk, browser_before, colleague
from tests.world import World


@pytest.mark.parametrize("path", ["/", "/settings", "/live", "/api/counts", "/operate/audit"])
def test_no_page_shows_anything_before_a_sign_in(stranger: Desk, path: str) -> None:
    answer = stranger.http.get(path, follow_redirects=False)
    assert answer.status_code in (302, 401)


def test_the_admin_token_opens_and_leads_where_one_wanted_to_go(stranger: Desk) -> None:
    wanted = stranger.get("/operate/audit")
    assert wanted.url.path.endswith("/sign-in")
    page = stranger.post(f"/sign-in?{wanted.url.query.decode()}", token=credentials.ADMIN_TOKEN)
    assert page.url.path.endswith("/operate/audit")


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_a_sign_in_never_leads_to_another_site(stranger: Desk, elsewhere: str) -> None:
    token = stranger.token()
    answer = stranger.http.post(
        "/sign-in",
        params={"next": elsewhere},
        data={"csrf": token, "token": credentials.ADMIN_TOKEN},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/back_office/"


#: Where a sign-in leads that was asked to lead there.
LED_TO = {
    "/\t/evil.example/login": "/",
    "/\n/evil.example": "/",
    "/\x7f/evil.example": "/",
    "//evil.example/operate/audit": "/",
    "/\\evil.example": "/",
    "/?_external=1&_scheme=javascript": "/?_external=1&_scheme=javascript",
    "/settings/\t?a=b\n": "/settings/%09?a=b%0A",
    "/operate/audit?after=a+b": "/operate/audit?after=a+b",
}


def test_a_sign_in_leads_to_a_page_of_ours_where_no_prefix_stands_before_it(world: World) -> None:
    browser = browser_before(services("back_office"))
    for wanted, led_to in LED_TO.items():
        word = re.search(r'name="csrf" value="([^"]+)"', browser.get("/sign-in").text)
        assert word
        form = {"csrf": word[1], "token": credentials.ADMIN_TOKEN}
        answer = browser.post("/sign-in", query_string={"next": wanted}, data=form)
        assert (answer.status_code, answer.headers["location"]) == (302, led_to), wanted


def test_a_wrong_token_is_refused(stranger: Desk) -> None:
    assert stranger.sign_in("wrong").status_code == 403
    assert stranger.get("/").url.path.endswith("/sign-in")


def test_a_guesser_waits_longer_and_longer_and_others_do_not(world: World, stranger: Desk) -> None:
    for _ in range(6):
        assert stranger.sign_in("guess").status_code == 403
    slowed = stranger.sign_in(credentials.ADMIN_TOKEN)
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) >= 2
    assert Desk(world, "198.51.100.8").sign_in().status_code == 200
    world.advance(3)
    assert stranger.sign_in("guess").status_code == 403
    assert int(stranger.sign_in("guess").headers["retry-after"]) >= 4


def test_guessers_at_many_addresses_are_slowed_together_for_seconds_only(world: World) -> None:
    for n in range(41):
        assert Desk(world, f"198.51.100.{n}").sign_in("guess").status_code == 403
    owner = Desk(world, "192.0.2.1")
    assert owner.sign_in().status_code == 429
    world.advance(31)
    assert owner.sign_in().status_code == 200


def test_a_guesser_at_the_api_is_not_heard_before_the_wait_is_over(
    world: World, stranger: Desk
) -> None:
    right = {"x-admin-token": credentials.ADMIN_TOKEN}
    for _ in range(6):
        assert stranger.get("/api/me", headers={"x-admin-token": "guess"}).status_code == 401
    for token in ({"x-admin-token": "guess"}, right):
        slowed = stranger.get("/api/me", headers=token)
        assert slowed.status_code == 429
        assert int(slowed.headers["retry-after"]) >= 2
    assert stranger.sign_in().status_code == 429
    assert Desk(world, "198.51.100.8").get("/api/me", headers=right).status_code == 200
    world.advance(3)
    assert stranger.get("/api/me", headers=right).status_code == 200


def test_a_good_sign_in_forgets_the_mistyped_ones(stranger: Desk) -> None:
    for _ in range(4):
        stranger.sign_in("typo")
    assert stranger.sign_in().status_code == 200
    for _ in range(5):
        assert Desk(stranger.world).sign_in("typo").status_code == 403


def test_a_form_without_the_sessions_word_changes_nothing(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    for fields in ({}, {"csrf": "guessed"}):
        answer = desk.http.post(f"{desk.thread()}/take-over", data=fields)
        assert answer.status_code == 403
    assert world.conversation("alice")["owner"] == "bot"


def test_a_session_ends_after_twelve_hours(world: World, desk: Desk) -> None:
    world.advance(12 * 3600 + 1)
    assert desk.get("/").url.path.endswith("/sign-in")


def test_signing_out_everywhere_ends_the_sessions_of_other_browsers(
    world: World, desk: Desk
) -> None:
    other = Desk(world)
    other.sign_in()
    desk.post("/sign-out", everywhere="1")
    assert other.get("/").url.path.endswith("/sign-in")
    assert desk.get("/").url.path.endswith("/sign-in")
    assert desk.sign_in().status_code == 200


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(stranger: Desk) -> None:
    cookie = stranger.get("/sign-in").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_every_answer_forbids_inline_scripts_and_frames(desk: Desk) -> None:
    for path in ("/", "/settings", "/nothing-here", "/assets/office.css"):
        headers = desk.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_no_page_has_inline_scripts_styles_or_handlers(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    for path in ("/", desk.thread(), "/settings", "/team", "/canned", "/me", "/operate/turns"):
        page = desk.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_an_operator_has_a_token_of_their_own_and_only_its_hash_is_kept(
    world: World, desk: Desk
) -> None:
    other = colleague(desk)
    assert "Marta" in other.get("/me").text
    (stored,) = [o for o in world.documents("operators") if o.get("name") == "Marta"]
    assert set(stored) >= {"token_hash", "role"}
    assert len(stored["token_hash"]) == 64


def test_an_agent_answers_but_does_not_configure(desk: Desk) -> None:
    other = colleague(desk)
    assert other.get("/").status_code == 200
    assert other.get("/settings").status_code == 403
    assert other.get("/team").status_code == 403
    assert other.post("/settings/default", cooldown_seconds="1").status_code == 403
    assert 'href="/back_office/settings"' not in other.get("/").text


def test_nobody_is_dismissed_who_is_not_there_or_must_stay(desk: Desk) -> None:
    for nobody in ("nobody", "no/body", "", "owner", "é"):
        answer = desk.post("/team/dismiss", id=nobody)
        assert answer.status_code == 400, nobody
        assert "That operator cannot be dismissed" in answer.text


def test_a_dismissed_operator_is_out_at_once(world: World, desk: Desk) -> None:
    other = colleague(desk)
    (found,) = re.findall(r'name="id" value="([^"]+)"', desk.get("/team").text)
    desk.post("/team/dismiss", id=found)
    assert other.get("/").url.path.endswith("/sign-in")


def test_the_api_takes_a_token_and_no_cookie_alone(stranger: Desk, desk: Desk) -> None:
    token = {"x-admin-token": credentials.ADMIN_TOKEN}
    assert stranger.get("/api/counts", headers=token).status_code == 200
    assert stranger.get("/api/counts", headers={"x-admin-token": "no"}).status_code == 401
    assert stranger.get("/settings", headers=token).status_code == 403
    assert desk.http.post(f"/api{desk.thread()}/close").status_code == 403
