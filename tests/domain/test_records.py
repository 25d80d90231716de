"""What is written is what is read: records and the documents that they become."""

import ast
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.domain import paths
from services.domain.account import Account, AccountFields
from services.domain.alerting import Alert, AlertFields, alert
from services.domain.conversation import (
    ClaimRecord,
    Conversation,
    ConversationFields,
    SendingRecord,
)
from services.domain.documents import SERVER_TIME
from services.domain.message import Message, MessageFields, masked
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.states import Direction, Role, Status
from services.domain.text import Text

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = OperatingSettings(retention_days=30)
ROOT = Path(__file__).parents[2]

instants = st.integers(0, 10**11).map(lambda seconds: NOW + timedelta(seconds=seconds))
_words = st.text(min_size=1, max_size=9)
_data = st.dictionaries(_words, _words, min_size=1, max_size=2)
#: Values that are not the default of any field, by the type that is written behind its name.
_VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: _words,
    str | None: _words,
    Text | None: st.builds(Text, _words),
    int: st.integers(1, 9),
    int | None: st.integers(1, 9),
    bool: st.just(True),
    datetime | None: instants,
    Mapping[str, Any] | None: _data,
    Sequence[Mapping[str, Any]]: st.lists(_data, min_size=1, max_size=2),
    Sequence[Mapping[str, str]]: st.lists(_data, min_size=1, max_size=2),
}
messages = st.fixed_dictionaries(
    {
        "id": st.just("m1"),
        "thread_id": st.just("17_42"),
        "direction": st.sampled_from(Direction),
        "role": st.sampled_from(Role),
        "kind": _words,
        "status": st.sampled_from(Status),
        "text": st.text(max_size=40),
        "created_at": instants,
    },
    optional={
        field.name: _VALUES[field.type]
        for field in dataclasses.fields(Message)
        if field.default is not dataclasses.MISSING
    },
).map(lambda fields: Message(**fields))
# What a loaded machine needs to think of a message says nothing about it.
anyhow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)


@anyhow
@given(messages)
def test_a_message_is_read_back_as_it_was_written(message: Message) -> None:
    assert Message.from_doc("m1", dict(message.to_doc(SETTINGS))) == message


@anyhow
@given(messages)
def test_a_stored_message_keeps_its_fields(message: Message) -> None:
    stored = message.to_doc(SETTINGS)
    assert Message.from_doc("m1", dict(stored)).to_doc(SETTINGS) == stored


@anyhow
@given(messages)
def test_every_message_says_whose_it_is_how_it_is_found_and_until_when(message: Message) -> None:
    stored = message.to_doc(SETTINGS)
    assert (stored["account_id"], stored["igsid"]) == ("17", "42")
    assert stored["terms"] == message.terms
    assert stored["expire_at"] == message.created_at + timedelta(days=30)
    assert stored.keys() <= MessageFields.__annotations__.keys()


def _message(**more: Any) -> Message:
    return Message(
        **{
            "id": "m1",
            "thread_id": "17_42",
            "direction": Direction.OUTGOING,
            "role": Role.SYSTEM,
            "kind": "verification",
            "status": Status.QUEUED,
            "text": "hello",
            "created_at": NOW,
            **more,
        }
    )


def test_who_waits_to_be_sent_has_a_time_of_ours_and_who_came_has_the_stores() -> None:
    queued, received = _message().queued(SETTINGS), _message().received(SETTINGS)
    assert (queued["queued_at"], "received_at" in queued) == (NOW, False)
    assert (received["received_at"], "queued_at" in received) == (SERVER_TIME, False)


def test_nothing_is_found_by_the_secret_of_a_link() -> None:
    link = _message(text=f"open https://x/verify?token={'ab' * 32}&ig_id=42")
    assert "ab" * 20 not in str(link.queued(SETTINGS)["terms"])
    assert link.preview == masked(link.text)


def test_what_is_said_about_a_message_is_not_found_by_itself() -> None:
    assert _message(kind="edit", about="m0").terms == []


@anyhow
@given(instants, st.text(), st.lists(st.text()), st.integers(0), st.booleans())
def test_a_claim_and_a_hold_are_read_back_as_they_were_written(
    at: datetime, name: str, mids: list[str], number: int, flag: bool
) -> None:
    claim = ClaimRecord(
        id=name, expires_at=at, mids=tuple(mids), owner_epoch=number, seq=number, more=flag
    )
    hold = SendingRecord(id=name, started_at=at, until=at, token=name, unconfirmed=flag)
    assert ClaimRecord.from_doc(claim.to_doc()) == claim
    assert SendingRecord.from_doc(hold.to_doc()) == hold


@pytest.mark.parametrize(
    ("record", "fields", "elsewhere"),
    [
        (Conversation, ConversationFields, {"thread_id"}),
        (Account, AccountFields, {"id"}),
        (Alert, AlertFields, {"id"}),
        (Message, MessageFields, {"id", "operator"}),
    ],
)
def test_every_field_of_a_record_has_a_name_in_the_store(
    record: Any, fields: Any, elsewhere: set[str]
) -> None:
    assert {f.name for f in dataclasses.fields(record)} - elsewhere <= set(fields.__annotations__)


def test_an_alert_is_read_back_as_it_was_written() -> None:
    told = alert("17", "notification", "look", NOW, thread_id="17_42", turn_id="t")
    read = Alert.from_doc("a1", told, NOW + timedelta(days=1))
    assert (read.reason, read.text, read.thread_id) == ("notification", "look", "17_42")
    assert (read.created_at, read.attempts) == (NOW, 0)
    assert "thread_id" not in alert("17", "token_expiring", "soon", NOW)


def test_of_two_patches_the_later_one_counts_and_one_write_changes_the_conversation() -> None:
    write = paths.message("17_42", "m1").update({"attempts": 1})
    both = Patch({"due_at": 1, "held_for": None}) | Patch({"due_at": 2}, [write])
    first, second = both.of("17_42")
    assert first == write
    assert second == paths.conversation("17_42").update({"due_at": 2, "held_for": None})
    assert Patch().of("17_42") == []


#: What only one module may put together: its name, and the fields by which it is told.
_BUILT_IN = (
    ("message", {"account_id", "direction"}),
    ("alerting", {"account_id", "reason", "text"}),
)
TREES = [
    (path, ast.parse(path.read_text(encoding="utf-8")))
    for folder in ("services", "admin", "functions", "tools")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def _places(kind: type[ast.AST], wrong: Callable[[Path, Any], bool]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path, tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, kind) and wrong(path, node)
    ]


def test_a_write_is_made_by_the_path_of_its_kind_only() -> None:
    """So that mypy reads the names and the types of its fields."""

    def by_hand(path: Path, call: ast.Call) -> bool:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        return name in ("Create", "Merge", "Update") and path.stem != "documents"

    assert _places(ast.Call, by_hand) == []


@pytest.mark.parametrize(("module", "names"), _BUILT_IN)
def test_a_document_is_put_together_in_one_place(module: str, names: set[str]) -> None:
    """So that no copy forgets a field."""

    def by_hand(path: Path, literal: ast.Dict) -> bool:
        keys = {key.value for key in literal.keys if isinstance(key, ast.Constant)}
        return names <= keys and path.stem != module

    assert _places(ast.Dict, by_hand) == []
