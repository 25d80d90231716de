"""What a reply costs is what the kept run says: the counts are exact, so nobody adds a read unseen.

After a change that is meant: `./dev bench counted cost scale --json benchmarks/results.json`, then
`./dev bench --render benchmarks/results.json`.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks import counted
from benchmarks.measure import Figure

KEPT = Path(counted.__file__).parent / "results.json"


def _kept(*words: str) -> dict[str, float]:
    run = json.loads(KEPT.read_text(encoding="utf-8"))
    figures = {figure["name"]: figure["median"] for figure in run["counted"]}
    return {name: value for name, value in figures.items() if any(w in name for w in words)}


def _now(figures: Iterable[Figure]) -> dict[str, float]:
    return {figure.name: figure.median for figure in figures}


@pytest.mark.parametrize("merged", counted.MERGED)
def test_a_reply_to_several_messages_costs_what_the_kept_run_says(merged: int) -> None:
    case = f"b={merged}"
    present = _now(counted.as_figures(case, counted.exchange(merged)))
    assert present == _kept(f"{case}, ")


@pytest.mark.parametrize("bubbles", counted.BUBBLES)
def test_a_reply_in_several_bubbles_costs_what_the_kept_run_says(bubbles: int) -> None:
    case = f"{bubbles} bubbles"
    present = _now(counted.as_figures(case, counted.exchange(1, bubbles)))
    assert present == _kept(f"{case}, ")


def test_a_reply_stores_as_many_documents_as_the_kept_run_says_and_hardly_more_bytes() -> None:
    present = _now(counted.stored_figures())
    kept = _kept(" adds ")
    assert present.keys() == kept.keys()
    for name, value in present.items():
        if "documents" in name:
            assert value == kept[name], name
        else:
            assert value <= kept[name] + 100, name
