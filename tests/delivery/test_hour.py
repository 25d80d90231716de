"""One minute of the simulated hour, in every test run."""

import structlog

from tests.delivery.findings import look
from tests.delivery.hour import Hour


def test_every_item_ends_in_a_final_state_none_twice_and_in_order() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    hour = Hour(seed=3, minutes=1)
    hour.run()
    findings = look(hour)
    assert findings.wrong == []
    assert findings.numbers["most in any second"] <= 4
    met = findings.numbers["met on the way"]
    assert {"throttled", "ambiguous", "resets"} <= met.keys(), "the weather was too fine"
