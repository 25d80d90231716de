"""What the stand-in answers by its rules."""

import pytest
from google import genai

from emulators.gemini.simulator import GeminiSim
from tests.emulators.gemini.asking import HUMAN, SEND, SILENT, answered, ask, called, refused, said


def test_one_message_quotes_everything_that_was_said(sim: GeminiSim, client: genai.Client) -> None:
    response = ask(client, "hello\nwhen do you open?\n\u00e9\U0001f600", SEND, SILENT)
    ((name, args),) = called(response)
    assert name == SEND
    for line in ("hello", "when do you open?", "\u00e9\U0001f600", "local stand-in"):
        assert line in args["text"]


@pytest.mark.parametrize("text", ["ok", "Thanks!", "\U0001f44d", "ok thanks \U0001f600"])
def test_a_lone_acknowledgement_needs_no_reply(
    sim: GeminiSim, client: genai.Client, text: str
) -> None:
    ((name, _),) = called(ask(client, text, SEND, SILENT))
    assert name == SILENT


def test_an_acknowledgement_with_a_question_is_answered(
    sim: GeminiSim, client: genai.Client
) -> None:
    ((name, _),) = called(ask(client, "ok, and when?", SEND, SILENT))
    assert name == SEND


def test_who_asks_for_a_human_gets_one(sim: GeminiSim, client: genai.Client) -> None:
    ((name, args),) = called(ask(client, "can I talk to a human?", SEND, HUMAN))
    assert (name, args["note"]) == (HUMAN, "can I talk to a human?")


def test_a_message_that_was_refused_is_sent_again_without_its_quote_once(
    sim: GeminiSim, client: genai.Client
) -> None:
    first = ask(client, "see evil.com", SEND, SILENT, mode="ANY")
    history = [said("see evil.com"), first.candidates[0].content, refused(first)]
    second = ask(client, history, SEND, SILENT, mode="ANY")
    ((name, args),) = called(second)
    assert (name, "evil.com" in args["text"]) == (SEND, False)
    history += [second.candidates[0].content, refused(second)]
    assert called(ask(client, history, SEND, SILENT, mode="ANY"))[0][0] == SILENT


def test_without_tools_the_quote_is_plain_text(sim: GeminiSim, client: genai.Client) -> None:
    response = ask(client, "hello")
    assert response.function_calls is None
    assert '"hello"' in response.text


def test_a_tools_result_ends_the_turn(sim: GeminiSim, client: genai.Client) -> None:
    first = ask(client, "hello", SEND)
    history = [said("hello"), first.candidates[0].content, answered(first)]
    last = ask(client, history, SEND)
    assert (called(last), last.candidates[0].finish_reason) == ([], "STOP")


def test_where_a_call_is_forced_a_looked_up_result_becomes_a_message(
    sim: GeminiSim, client: genai.Client
) -> None:
    sim.script.add([{"calls": [{"name": "is_new_thread"}]}])
    first = ask(client, "hello", SEND, SILENT, "is_new_thread", mode="ANY")
    history = [said("hello"), first.candidates[0].content, answered(first)]
    second = ask(client, history, SEND, SILENT, "is_new_thread", mode="ANY")
    assert called(second)[0][0] == SEND
    history += [second.candidates[0].content, answered(second)]
    third = ask(client, history, SEND, SILENT, "is_new_thread", mode="ANY")
    assert called(third)[0][0] == SILENT


def test_the_forbidden_tool_mode_gives_text(sim: GeminiSim, client: genai.Client) -> None:
    assert called(ask(client, "hello", SEND, mode="NONE")) == []
