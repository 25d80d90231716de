"""Files that may be sent: told by their bytes, whatever they are called."""

import pytest

from services.domain import files

MP4 = b"\0\0\0\x18ftyp"


@pytest.mark.parametrize(
    ("content", "said", "sort", "mime_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "", "image", "image/png"),
        (b"\xff\xd8\xff\xe0", "audio/mpeg", "image", "image/jpeg"),
        (b"GIF89a", "", "image", "image/gif"),
        (b"%PDF-1.7", "text/html", "file", "application/pdf"),
        (b"RIFF\0\0\0\0WAVEfmt ", "", "audio", "audio/wav"),
        (b"\xff\xf1\x50\x80", "", "audio", "audio/aac"),
        (MP4 + b"M4A ", "", "audio", "audio/mp4"),
        (MP4 + b"isom", "audio/mp4", "audio", "audio/mp4"),
        (MP4 + b"isom", "", "video", "video/mp4"),
        (MP4 + b"qt  ", "", "video", "video/quicktime"),
        (b"\x1aE\xdf\xa3", "", "video", "video/webm"),
    ],
)
def test_a_file_is_known_by_its_beginning(
    content: bytes, said: str, sort: str, mime_type: str
) -> None:
    found = files.read("x", said, content)
    assert found is not None
    assert (found.sort, found.mime_type) == (sort, mime_type)
    assert found.plain_name.isascii()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"<svg xmlns=", b"<html>", b"MZ\x90", b"PK\x03\x04", b"\xff\xfb\x90",
     b"ID3\x04", MP4 + b"heic", MP4 + b"avif", b"RIFF\0\0\0\0WEBP", b"OggS"],
)  # fmt: skip
def test_what_instagram_does_not_take_is_no_file(content: bytes) -> None:
    assert files.read("picture.png", "image/png", content) is None


def test_a_picture_may_be_smaller_than_a_sound() -> None:
    big = files.read("x", "", b"GIF89a" + b"0" * 8_000_000)
    sound = files.read("x", "", b"RIFF\0\0\0\0WAVE" + b"0" * 8_000_000)
    assert big is not None
    assert big.too_large
    assert sound is not None
    assert not sound.too_large
