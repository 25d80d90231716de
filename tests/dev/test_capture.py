"""The animation in the README, but for its pages, which have tests of their own."""

from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from devtools import capture
from devtools.stop import NOT_INSTALLED, Stop


def test_each_picture_stands_as_long_as_it_was_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "story.webp"
    pictures = [(Image.new("RGB", (8, 8), name), at) for name, at in (("red", 700), ("blue", 4000))]
    capture.write(file, pictures)
    with Image.open(file) as story:
        assert (story.format, story.info["loop"]) == ("WEBP", 0)
        stood = []
        for picture in ImageSequence.Iterator(story):
            picture.load()
            stood.append(picture.info["duration"])
    assert stood == [700, 4000]


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Stop, match="apt-get install chromium") as stopped:
        capture.main([])
    assert stopped.value.code == NOT_INSTALLED
