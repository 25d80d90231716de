"""What a log line looks like to Cloud Logging and Error Reporting."""

import json
from typing import Any

import pytest
import structlog

from services import log
from services.errors import Unavailable
from tests.world import World

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def _lines(captured: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.splitlines() if line.startswith("{")]


def _line(capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = _lines(capfd.readouterr().out)
    return line


def test_a_line_names_its_severity_action_and_trace(capfd: pytest.CaptureFixture[str]) -> None:
    """Cloud Logging reads `severity`, `message` and the trace's full name."""
    log.configure("club", "moca-webhook", "moca-webhook-00001")
    structlog.get_logger().warning("webhook", trace_id=TRACE, status=401)
    line = _line(capfd)
    assert line["severity"] == "WARNING"
    assert line["action"] == line["message"] == "webhook"
    assert line["logging.googleapis.com/trace"] == f"projects/club/traces/{TRACE}"


def test_an_exception_is_one_that_error_reporting_groups(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It carries the type, the service with its version, and Python's own form of a traceback."""
    log.configure("club", "moca-deliver", "moca-deliver-00007")
    try:
        raise Unavailable("Firestore did not answer.")  # noqa: TRY301 (as a service would)
    except Unavailable:
        structlog.get_logger().exception("delivery_crashed")
    line = _line(capfd)
    assert line["@type"].endswith("ReportedErrorEvent")
    assert line["serviceContext"] == {"service": "moca-deliver", "version": "moca-deliver-00007"}
    assert line["stack_trace"].startswith("Traceback (most recent call last):\n  File")
    assert line["stack_trace"].endswith("services.errors.Unavailable: Firestore did not answer.")


def test_the_words_of_a_foreign_exception_stay_out(capfd: pytest.CaptureFixture[str]) -> None:
    """A KeyError's message may be what somebody wrote."""
    log.configure()
    written, known = "my card number is 4111", dict[str, str]()
    try:
        known[written]
    except KeyError as error:
        structlog.get_logger().error("crashed", exc_info=error)
    told = capfd.readouterr().out
    assert "4111" not in told
    assert told.rstrip().endswith('KeyError"}')


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"{TRACE}/123;o=1", TRACE),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        ("<script>", None),
        (None, None),
    ],
)
def test_the_trace_of_a_request_is_read_from_both_headers(
    header: str | None, trace: str | None
) -> None:
    """W3C's `traceparent` and Google's own; anything else is no trace."""
    assert log.trace_of(header) == trace


def test_one_trace_leads_from_the_webhook_to_the_delivery(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    """Webhook, turn and delivery name the same trace, with their round trips and milliseconds."""
    world.dm("alice", "hello there")
    world.settle()
    lines = _lines(capfd.readouterr().out)
    way = [line for line in lines if line["action"] in ("webhook", "process_thread", "deliver")]
    first = way[0]["trace_id"]
    assert {line["action"] for line in way if line.get("trace_id") == first} == {
        "webhook",
        "process_thread",
        "deliver",
    }
    assert all("ms" in line and line["round_trips"] > 0 for line in way if "thread_id" in line)
    assert way[0]["round_trips"] <= 3  # a commit, a task, and at first the settings


def test_no_line_holds_what_people_write_their_names_or_a_token(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    """A whole conversation leaves only ids and numbers in the log."""
    world.dm("alice", "my secret is zebra-crossing")
    world.settle()
    world.owner_types("alice", "this is the owner, ocelot")
    world.settle()
    told = capfd.readouterr().out
    assert told
    for word in ("zebra", "ocelot", "alice", "local-access-token", "local-app-secret"):
        assert word not in told
