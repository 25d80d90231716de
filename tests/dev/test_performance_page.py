"""The page of figures says what the kept run says."""

import json
from pathlib import Path

import pytest

from benchmarks import kept, report

KEPT = Path(report.__file__).parent / "results.json"


@pytest.fixture(scope="module")
def run() -> kept.Run:
    """The run that the page was written from."""
    found: kept.Run = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def test_the_page_holds_the_figures_of_the_kept_run(run: kept.Run) -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.page(page, run) == page


def test_the_run_is_kept_as_its_summary(run: kept.Run) -> None:
    assert kept.written(run) == KEPT.read_text(encoding="utf-8")
    assert not [figure for part in run.values() if isinstance(part, list)
                for figure in part if "runs" in figure]  # fmt: skip


def test_the_plots_show_the_kept_run(run: kept.Run) -> None:
    for name, picture in report.pictures(run).items():
        assert (report.DOCS / "plots" / name).read_text(encoding="utf-8") == picture


def test_every_table_has_its_place_on_the_page() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert [name for name in report.TABLES if f"<!-- from: {name} -->" not in page] == []
