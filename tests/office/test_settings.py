"""Settings: they count from the next turn on, wrong ones are refused, and each can be undone."""

import re
from collections import defaultdict
from html.parser import HTMLParser

from services import bootstrap
from tests.office.conftest import Desk
from tests.world import ACCOUNT, World


def test_a_change_counts_from_the_next_turn_on(world: World, desk: Desk) -> None:
    desk.post("/settings/default", business_name="Padel Nova")
    world.advance(6)
    world.dm("alice", "hello")
    world.settle()
    assert "Padel Nova" in str(world.model_requests())


def test_a_wrong_value_is_refused_beside_its_field_and_kept(world: World, desk: Desk) -> None:
    page = desk.post("/settings/default", cooldown_seconds="soon", business_name="Not stored")
    assert page.status_code == 422
    assert "This must be a number." in page.text
    assert 'value="soon"' in page.text
    assert 'value="Not stored"' in page.text
    assert _stored(world) == {}


def test_settings_that_contradict_each_other_are_refused(world: World, desk: Desk) -> None:
    page = desk.post("/settings/default", delay_min_seconds="20", delay_max_seconds="10")
    assert page.status_code == 422
    assert "The longest wait must be longer than the shortest." in page.text


def test_who_changed_what_is_shown_and_undone(world: World, desk: Desk) -> None:
    desk.post("/settings/default", business_name="First")
    desk.post("/settings/default", business_name="Second")
    page = desk.get("/settings").text
    assert "First → Second" in page
    newest = re.findall(r'action="/back_office(/settings/undo/[^"]+)"', page)
    second = next(p for p in newest if _after(world, p) == "Second")
    desk.post(second, scope="default")
    assert _stored(world) == {"business_name": "First"}
    first = next(p for p in newest if _after(world, p) == "First")
    desk.post(first, scope="default")
    assert _stored(world) == {}
    assert "put back" in desk.get("/settings").text


def test_a_setting_goes_back_to_its_default(world: World, desk: Desk) -> None:
    desk.post("/settings/default", business_name="First", cooldown_seconds="3")
    page = desk.post("/settings/default/reset", name="business_name").text
    assert _stored(world) == {"cooldown_seconds": 3}
    assert 'value="our team"' in page
    assert "First → default" in page
    assert desk.post("/settings/default/reset", name="elsewhere").status_code == 404


def test_an_undo_that_makes_no_sense_any_more_is_refused(world: World, desk: Desk) -> None:
    page = desk.post("/settings/default", delay_max_seconds="30").text
    (longer,) = re.findall(r'action="/back_office(/settings/undo/[^"]+)"', page)
    desk.post("/settings/default", delay_min_seconds="20")
    refused = desk.post(longer)
    assert refused.status_code == 400
    assert "The longest wait must be longer than the shortest." in refused.text
    assert _stored(world) == {"delay_min_seconds": 20, "delay_max_seconds": 30}


def test_a_choice_is_one_of_the_list(world: World, desk: Desk) -> None:
    assert '<option value="drafts" >Drafts only: you send</option>' in desk.get("/settings").text
    page = desk.post("/settings/default", bot="loud")
    assert (page.status_code, "Choose one of the list." in page.text) == (422, True)
    assert desk.post("/settings/default", bot="off").status_code == 200
    assert _stored(world) == {"bot": "off"}


def test_an_account_overrides_the_default(world: World, desk: Desk) -> None:
    desk.post("/settings/default", business_name="Everybody")
    desk.post(f"/settings/{ACCOUNT}", business_name="One")
    assert 'value="One"' in desk.get(f"/settings/{ACCOUNT}").text
    assert 'value="Everybody"' in desk.get("/settings").text
    assert desk.get("/settings/elsewhere").status_code == 404


def test_saving_what_stands_already_changes_and_records_nothing(world: World, desk: Desk) -> None:
    page = desk.post("/settings/default", business_name="our team", cooldown_seconds="7")
    assert "Nothing new." in page.text
    assert _stored(world) == {}
    assert not [a for a in world.documents("audit") if a["action"] == "settings"]


def test_the_whole_page_saved_as_it_is_changes_nothing(world: World, desk: Desk) -> None:
    told = {"business_facts": '<b>&amp;</b> "facts"\nof two lines', "cooldown_seconds": 2.5}
    world.configure(**told, reopen_on_message=False, bot="drafts")
    before = _stored(world)
    assert "Nothing new." in desk.post("/settings/default", **_form(desk, "settings")).text
    desk.post("/hours", **_form(desk, "hours"))
    assert "Nothing new." in desk.post("/prompt", **_form(desk, "prompt")).text
    assert _stored(world) == before | {"hours_weekly": ""}  # "always" was said, not only meant


def test_every_setting_has_a_field_and_an_explanation(desk: Desk) -> None:
    from services.domain.setting import catalogue  # noqa: PLC0415 (one test's business)

    page = desk.get("/settings").text
    for setting in catalogue():
        assert f'name="{setting.name}"' in page
        assert str(setting.explanation), setting.name


def test_a_rule_answers_in_the_models_place(world: World, desk: Desk) -> None:
    rule = {"kind": "keyword", "words": "opening hours", "action": "reply", "reply": "8 to 23."}
    desk.post("/settings/default", engine="rules_then_gemini")
    desk.post("/answers/rules", **rule)
    world.advance(31)
    world.dm("alice", "what are your opening hours?")
    world.settle()
    assert world.sent_to("alice") == ["8 to 23."]
    bad = desk.post("/answers/rules", kind="pattern", words="(", action="silent", reply="kept")
    assert (bad.status_code, "cannot be read" in bad.text, "kept" in bad.text) == (422, True, True)
    bad = desk.post("/answers/rules", kind="pattern", words="(?=a)", action="silent")
    assert (bad.status_code, "look-around" in bad.text) == (422, True)


def test_what_is_written_down_is_listed_and_forgotten(world: World, desk: Desk) -> None:
    desk.post("/answers/knowledge", title="Parking", text="Behind the hall.")
    page = desk.get("/answers/knowledge").text
    assert "Behind the hall." in page
    assert world.documents("knowledge")[0]["embedding"], "found by its words alone"
    found = re.findall(r'name="id" value="([^"]+)"', page)
    desk.post("/answers/knowledge/remove", id=found[0])
    assert world.documents("knowledge") == []
    assert desk.post("/answers/knowledge", title=" ", text="x").status_code == 422


def test_each_account_has_what_is_written_down_for_it(world: World, desk: Desk) -> None:
    world.store.document("accounts/27000").set({"state": "active", "username": "second"})
    page = desk.get("/answers/knowledge?account=27000").text
    (saves,) = re.findall(r'action="/back_office(/answers/knowledge\?account=27000)" class', page)
    page = desk.post(saves, title="Parking", text="Behind the second hall.").text
    assert 'account=27000" aria-current="page"><bdi>@second' in page
    assert "Behind the second hall." in page
    assert "second hall" not in desk.get("/answers/knowledge").text
    search = bootstrap.services("process_thread").knowledge.search
    assert (len(search("27000", "parking")), len(search(ACCOUNT, "parking"))) == (1, 0)
    (drops,) = re.findall(r'action="/back_office(/answers/knowledge/remove[^"]+)"', page)
    (entry,) = re.findall(r'name="id" value="([^"]+)"', page)
    assert 'aria-current="page"><bdi>@second' in desk.post(drops, id=entry).text
    assert world.documents("knowledge") == []
    assert desk.post("/answers/knowledge?account=1", title="x", text="x").status_code == 404


class _Fields(HTMLParser):
    """What a browser would send of the page's main form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = defaultdict(list)
        self._area = self._select = ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = its.get("id") == "settings"
        if not self._inside:
            return
        name = its.get("name", "")
        if (
            tag == "input"
            and name
            and (its.get("type") not in ("checkbox", "radio") or "checked" in its)
        ):
            self.sent[name].append(its.get("value", ""))
        self._area = name if tag == "textarea" else self._area
        self._select = name if tag == "select" else self._select
        if tag == "textarea":
            self.sent[name].append("")
        if tag == "option" and ("selected" in its or not self.sent[self._select]):
            self.sent[self._select] = [its["value"]]

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._inside = self._inside and tag != "form"

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area][-1] += data


def _form(desk: Desk, page: str) -> dict[str, list[str]]:
    sent = _Fields(desk.get(f"/{page}").text).sent
    return {name: values for name, values in sent.items() if name != "csrf"}


def _stored(world: World) -> dict[str, object]:
    """What is stored beside what every test's world begins with."""
    stored = world.store.document("settings/default").get().to_dict() or {}
    return {name: value for name, value in stored.items() if name != "disclosure"}


def _after(world: World, path: str) -> object:
    entry = world.store.document(f"audit/{path.rpartition('/')[2]}").get().to_dict() or {}
    return entry["after"].get("business_name")
