"""Speed and cost, measured against a floor; never part of the tests."""
