"""The owner's rules: beside the model, in its place, or when it is down."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from services.adapters import patterns
from services.agent.rules import Rule, first_match
from tests.agent.speaking import asked, call, says, step, turn
from tests.world import ACCOUNT, World

HANDED_OVER = "Thank you! A member of our team will get back to you here."


def _rule(world: World, rule_id: str = "hours", **fields: Any) -> None:
    usual = {"enabled": True, "kind": "keyword", "words": ["opening hours"], "action": "reply"}
    rule = {**usual, "reply": "9 to 18.", **fields}
    world.store.document(f"rules/{rule_id}").set(rule)


def _ask(world: World, text: str = "Your OPENING hours, please?") -> list[str]:
    world.dm("alice", text)
    world.settle()
    return world.sent_to("alice")


@pytest.mark.parametrize(
    ("kind", "words", "text", "matches"),
    [
        ("keyword", ["price"], "What is the PRICE?", True),
        ("keyword", ["price"], "priceless", False),
        ("keyword", ["öffnungszeiten"], "Offnungszeiten??", True),
        ("keyword", ["how  much"], "So, how much?", True),
        ("keyword", [" "], "anything", False),
        ("pattern", [r"^(hi|hello)\b"], "Hello there", True),
        ("pattern", [r"order #?\d+"], "my order 77", True),
        ("pattern", ["("], "(", False),
        ("pattern", [r"(?=x)"], "x", False),
        ("pattern", [r"\bqué\b"], "¿Y QUÉ?", True),
        ("pattern", [r"\bжён\b"], "для ЖЁН!", True),
        ("pattern", [r"^\w+$"], "Öffnungszeiten", True),
        ("pattern", [r"n[ãõ]o?$"], "NÃO\n", True),
        ("pattern", [r"stra(ß|ss)e"], "STRASSE", True),
        ("pattern", [r"№\s\d"], "№\N{NO-BREAK SPACE}٣", True),
        ("pattern", ["^.$"], "👍", True),
        ("pattern", ["café|thé"], "un THÉ", True),
    ],
)
def test_a_rule_matches_whole_words_or_its_pattern(
    kind: str, words: list[str], text: str, *, matches: bool
) -> None:
    rule = Rule.from_doc("r", {"kind": kind, "words": words, "reply": "x"})
    assert (first_match([rule], [text], patterns.read) is rule) is matches


@pytest.mark.parametrize(
    ("texts", "matches"),
    [
        (["opening hours?", "my order never came, I want my money back"], False),
        (["my order never came", "opening hours?"], False),
        (["opening", "hours?", "and my money back"], False),
        (["opening hours", "", "what are your opening hours?"], True),
        (["so, your opening", "hours please"], True),
        (["the", "price"], False),
    ],
)
def test_a_rule_answers_several_messages_if_it_answers_each_or_one_phrase_takes_all(
    texts: list[str], *, matches: bool
) -> None:
    rule = Rule.from_doc("r", {"words": ["opening hours", "price"]})
    assert (first_match([rule], texts, patterns.read) is rule) is matches


def test_a_long_text_is_no_keyword_question() -> None:
    rule = Rule.from_doc("r", {"words": ["price"]})
    assert first_match([rule], ["price " + "x" * 500], patterns.read) is None
    assert first_match([rule], ["price"] * 101, patterns.read) is None


def test_no_letters_of_a_customer_make_a_pattern_take_long() -> None:
    # Of 2^n ways to cut n letters into words, an engine that backtracks tries every one.
    rule = Rule.from_doc("r", {"kind": "pattern", "words": [r"^(\w+\s?)+$", r"(a|a)*b"]})
    assert first_match([rule], ["a" * 400 + "!"], patterns.read) is None


def test_a_stored_pattern_that_cannot_be_read_is_told_of_once() -> None:
    rule = Rule.from_doc("unread", {"kind": "pattern", "words": [r"(a)\1", "b"]})
    with capture_logs() as logs:
        found = [first_match([rule], [text], patterns.read) for text in ("aa", "a b", "aa")]
    assert found == [None, rule, None]
    assert [(log["event"], log["rule_id"]) for log in logs] == [("rule_not_readable", "unread")]


def test_rules_alone_answer_without_a_model(world: World) -> None:
    world.configure(engine="rules")
    _rule(world)
    assert _ask(world) == ["9 to 18."]
    assert asked(world) == []
    assert turn(world)["engine"] == "rules"


def test_rules_alone_hand_over_what_they_do_not_know(world: World) -> None:
    world.configure(engine="rules")
    _rule(world)
    assert _ask(world, "do you sell boats?") == [HANDED_OVER]
    assert world.conversation("alice")["owner_reason"] == "no_rule"


def test_rules_first_leave_the_rest_to_the_model(world: World) -> None:
    world.configure(engine="rules_then_gemini")
    _rule(world)
    assert _ask(world) == ["9 to 18."]
    world.model_says(says("No boats."))
    assert _ask(world, "do you sell boats?")[-1] == "No boats."


@pytest.mark.parametrize(
    ("fields", "sent", "owner"),
    [
        ({"action": "silent"}, [], "bot"),
        ({"action": "hand_to_human"}, [HANDED_OVER], "waiting"),
        ({"enabled": False}, [HANDED_OVER], "waiting"),
        ({"account_id": "999"}, [HANDED_OVER], "waiting"),
        ({"account_id": ACCOUNT}, ["9 to 18."], "bot"),
    ],
)
def test_a_rule_can_also_be_silent_hand_over_or_not_apply(
    world: World, fields: dict[str, Any], sent: list[str], owner: str
) -> None:
    world.configure(engine="rules")
    _rule(world, **fields)
    assert _ask(world) == sent
    assert world.conversation("alice").get("owner", "bot") == owner


def test_the_first_rule_in_their_order_answers(world: World) -> None:
    world.configure(engine="rules")
    _rule(world, "a", order=2, reply="second")
    _rule(world, "b", order=1, reply="first")
    assert _ask(world) == ["first"]


def test_the_bots_own_note_for_its_follow_up_is_no_question_to_a_rule(world: World) -> None:
    world.configure(engine="rules_then_gemini")
    _rule(world, words=["price"], reply="A court is 24 €.")
    plan = call("schedule_follow_up", after_minutes=60, note="ask whether the price list came")
    world.model_says(step(plan, call("send_instagram_message", text="Sent")), says("Is it there?"))
    _ask(world, "send me the list")
    world.settle(within_seconds=61 * 60)
    assert world.sent_to("alice") == ["Sent", "Is it there?"]


@pytest.mark.parametrize(("fallback", "sent"), [(True, ["9 to 18."]), (False, [])])
def test_when_the_model_is_down_the_rules_may_stand_in(
    world: World, sent: list[str], *, fallback: bool
) -> None:
    world.configure(rules_when_model_fails=fallback)
    _rule(world)
    world.model_says({"status": 503, "times": 60})
    assert _ask(world) == sent


def test_the_rules_stand_in_for_an_overloaded_model_without_a_fallback_too(world: World) -> None:
    world.configure(rules_when_model_fails=True, fallback_model="")
    _rule(world)
    world.model_says({"status": 503, "times": 3})
    assert _ask(world) == ["9 to 18."]


def test_a_deployment_without_a_key_answers_by_rules(world: World) -> None:
    _rule(world)
    world.stack.configure(GEMINI_API_KEY="")
    assert _ask(world) == ["9 to 18."]
    assert asked(world) == []
