"""A message of Instagram's history is the event that its webhook would have brought."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.domain.call import HistoryMessage
from services.domain.events import Event, parse
from services.domain.history import event_of

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PICTURE = {"type": "image", "url": "https://cdn.example/a"}


def _heard(sender: str = "5", at: datetime = NOW, **more: Any) -> HistoryMessage:
    return HistoryMessage(mid="m1", sender_id=sender, text="hi", created_at=at, **more)


def test_what_a_person_said_reads_as_their_webhook() -> None:
    attached = [{"type": "image", "payload": {"url": PICTURE["url"]}}]
    item = {
        "sender": {"id": "5"},
        "recipient": {"id": "9"},
        "timestamp": int(NOW.timestamp() * 1000),
        "message": {"mid": "m1", "text": "hi", "attachments": attached},
    }
    body = {"object": "instagram", "entry": [{"id": "9", "messaging": [item]}]}
    (expected,) = parse(body, NOW)
    assert isinstance(expected, Event)
    found = event_of("9", "5", _heard(attachments=[PICTURE]), NOW)
    assert found == expected.placed("9", "5", echo=False)


def test_what_the_account_said_is_an_echo_to_the_person() -> None:
    found = event_of("9", "5", _heard("9"), NOW)
    assert found is not None
    assert (found.echo, found.thread_id, found.recipient) == (True, "9_5", "5")


def test_a_date_in_the_future_opens_no_window() -> None:
    found = event_of("9", "5", _heard(at=NOW + timedelta(days=400)), NOW)
    assert found is not None
    assert found.timestamp == NOW


@pytest.mark.parametrize(("igsid", "sender"), [("", ""), ("x", "x"), ("9", "9")])
def test_who_is_nobody_or_the_account_itself_brings_no_event(igsid: str, sender: str) -> None:
    assert event_of("9", igsid, _heard(sender), NOW) is None
