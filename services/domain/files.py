"""Files that an operator sends: which Instagram takes, told from their bytes, not their names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Bytes of a file by its sort (Meta's documentation, Upload media for Instagram messaging).
LARGEST: Mapping[str, int] = {
    "image": 8_000_000,
    "audio": 25_000_000,
    "video": 25_000_000,
    "file": 25_000_000,
}
#: What a browser may call them, and how their names may end: for the choice of a file only.
ACCEPT = (
    "image/png", "image/jpeg", "image/gif",
    "audio/aac", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/wav", "audio/x-wav",
    "audio/vnd.wave", ".m4a", ".aac", ".wav",
    "video/mp4", "video/quicktime", "video/webm", "application/pdf",
)  # fmt: skip
#: How files of one sort begin.
_BEGINNINGS: Mapping[bytes, tuple[str, str]] = {
    b"\x89PNG\r\n\x1a\n": ("image", "image/png"),
    b"\xff\xd8\xff": ("image", "image/jpeg"),
    b"GIF87a": ("image", "image/gif"),
    b"GIF89a": ("image", "image/gif"),
    b"%PDF-": ("file", "application/pdf"),
    b"\x1aE\xdf\xa3": ("video", "video/webm"),
}
#: Brands of the MP4 family that say more than that it is one.
_BRANDS: Mapping[bytes, tuple[str, str] | None] = {
    b"M4A ": ("audio", "audio/mp4"),
    b"M4B ": ("audio", "audio/mp4"),
    b"qt  ": ("video", "video/quicktime"),
    **dict.fromkeys((b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")),  # pictures, not taken
}
_EXTENSIONS: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/aac": "aac",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as Instagram is to have it."""

    sort: str  #: a key of `LARGEST`
    mime_type: str
    name: str  #: as the operator calls it
    content: bytes = field(repr=False)

    @property
    def plain_name(self) -> str:
        """A name that tells nothing, and that Instagram takes: theirs may not leave ASCII."""
        return f"{self.sort}.{_EXTENSIONS[self.mime_type]}"

    @property
    def too_large(self) -> bool:
        """Whether Instagram would refuse it for its size."""
        return len(self.content) > LARGEST[self.sort]


def read(name: str, said: str, content: bytes) -> File | None:
    """The file, if Instagram takes its like; `said` is the type that the browser claims.

    The claim only decides whether an MP4 without a telling brand is a sound or a film.
    """
    found = _sort(content[:16], said)
    if found is None:
        return None
    return File(sort=found[0], mime_type=found[1], name=name[:200], content=content)


def _sort(head: bytes, said: str) -> tuple[str, str] | None:
    for beginning, found in _BEGINNINGS.items():
        if head.startswith(beginning):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio", "audio/wav"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:  # an ADTS frame
        return "audio", "audio/aac"
    if head[4:8] != b"ftyp":
        return None
    if head[8:12] in _BRANDS:
        return _BRANDS[head[8:12]]
    return ("audio", "audio/mp4") if said.startswith("audio/") else ("video", "video/mp4")
