"""Business hours as a table: what it stores, what it refuses, and what it says of now."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.office.conftest import Desk
from tests.world import World


def _week(**days: tuple[str, ...]) -> dict[str, object]:
    """The fields of a table: `mo=("09:00", "18:00")`."""
    names = ("mo", "tu", "we", "th", "fr", "sa", "su")
    fields: dict[str, object] = {"when": "these", "time_zone": "Europe/Berlin"}
    for name, times in days.items():
        fields[f"from-{names.index(name)}"] = list(times[0::2])
        fields[f"to-{names.index(name)}"] = list(times[1::2])
    return fields


def _stored(world: World) -> dict[str, object]:
    return world.store.document("settings/default").get().to_dict() or {}


def _monday_at_ten(desk: Desk) -> None:
    """Ten in the morning in Berlin, in winter or in summer; the session is a new one."""
    here = desk.world.clock.now().astimezone(ZoneInfo("Europe/Berlin"))
    monday = here.date() + timedelta(days=7 - here.weekday())
    at = datetime.combine(monday, time(10), here.tzinfo)
    desk.world.advance((at - here.astimezone(UTC)).total_seconds())
    desk.sign_in()


def test_a_table_is_stored_as_one_line_and_shown_again(world: World, desk: Desk) -> None:
    working = dict.fromkeys(("mo", "tu", "we"), ("13:00", "18:00", "09:00", "12:30"))
    desk.post("/hours", **_week(**working, sa=("22:00", "00:00")), holiday=["2026-12-25", ""])
    stored = _stored(world)
    assert stored["hours_weekly"] == "mo-we 09:00-12:30, 13:00-18:00; sa 22:00-24:00"
    assert stored["hours_holidays"] == "2026-12-25"
    page = desk.get("/hours").text
    assert re.search(r'name="from-1" value="13:00"', page)
    assert re.search(r'name="to-5" value="00:00"', page)
    assert 'value="2026-12-25"' in page


def test_wrong_spans_are_refused_beside_their_days_and_kept(world: World, desk: Desk) -> None:
    page = desk.post(
        "/hours",
        **_week(
            mo=("09:00", "10:00"),
            tu=("09:00", ""),
            we=("18:00", "09:00"),
            th=("09:00", "12:00", "11:00", "13:00"),
            fr=("<b>", "12:00"),
        ),
    )
    assert page.status_code == 422
    said = dict(re.findall(r'id="wrong-(\d)">([^<]+)', page.text))
    assert said.keys() == set("1234")
    assert "two times" in said["1"]
    assert "The end must be after the beginning" in said["2"]
    assert said["3"] == "Two spans of this day overlap."
    assert 'name="to-0" value="10:00"' in page.text
    assert "hours_weekly" not in _stored(world)


def test_what_is_no_date_no_zone_or_no_hour_at_all_is_refused(world: World, desk: Desk) -> None:
    week = _week(mo=("09:00", "10:00"))
    assert "This is no date: soon" in desk.post("/hours", **week, holiday="soon").text
    lost = desk.post("/hours", **{**week, "time_zone": "Moon/Base"})
    assert "There is no such time zone." in lost.text
    assert "at least one day" in desk.post("/hours", **_week()).text
    assert "hours_weekly" not in _stored(world)


def test_the_page_says_whether_somebody_is_there(world: World, desk: Desk) -> None:
    _monday_at_ten(desk)
    assert "Always open" in desk.get("/hours").text
    page = desk.post("/hours", **_week(mo=("09:00", "18:00"))).text
    assert "Open now, until 18:00" in page
    page = desk.post("/hours", **_week(th=("09:00", "18:00"))).text
    assert "Closed now: opens Thursday, 09:00" in page
    desk.post("/hours", when="always", time_zone="Europe/Berlin")
    assert _stored(world)["hours_weekly"] == ""


def test_hours_typed_as_text_must_be_readable(desk: Desk) -> None:
    page = desk.post("/settings/default", hours_weekly="mo-fr 09:00-18:00; weekend")
    assert page.status_code == 422
    assert "This cannot be read: weekend" in page.text
