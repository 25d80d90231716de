"""What a message holds besides its text, as a reader sees it: pictures, sounds, posts, stories.

Addresses are hostile input and expire. Only https ones become links, only those of Meta's own
network are loaded, and a card tells what it was when nothing can be loaded any more.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext

Fields = Mapping[str, Any]

#: Hosts whose pictures and sounds the page's policy lets in.
MEDIA_HOSTS = ("fbcdn.net", "fbsbx.com", "cdninstagram.com")
_LOCAL = ("127.0.0.1", "localhost")
_LOOKS = {
    "image": "picture",
    "sticker": "picture",
    "media": "picture",
    "audio": "sound",
    "video": "film",
    "file": "file",
    "story": "story",
    "ig_story": "story",
    "story_mention": "story",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing beside the text."""

    look: str  #: picture · sound · film · story · file · link
    title: str
    url: str = ""  #: where it can be opened
    shown: str = ""  #: what the page loads to show it
    note: str = ""  #: what else is known of it
    words: str = ""  #: what it shows or says, as a model put it


def cards_of(message: Fields) -> list[Card]:
    """Everything that the message holds or refers to, in the order in which it is read."""
    return [*_referred(message), *_answered_story(message), *_attached(message)]


def _referred(message: Fields) -> Iterator[Card]:
    found = message.get("referral")
    if not isinstance(found, Mapping) or not found:
        return
    ad = found.get("ad_id") or found.get("ad_title")
    title = gettext("Came by an advertisement") if ad else gettext("Came by a link")
    if found.get("product_id"):
        title = gettext("Asks about a product")
    parts = [found.get(key) for key in ("ad_title", "product_id", "ref", "source")]
    shown = _loadable(str(found.get("photo_url") or ""))
    note = " · ".join(str(part) for part in parts if part)
    yield Card(look="link", title=title, note=note, shown=shown)


def _answered_story(message: Fields) -> Iterator[Card]:
    story = message.get("story_reply")
    if isinstance(story, Mapping):
        url = _link(str(story.get("url") or ""))
        title = gettext("Your story")
        yield Card(look="story", title=title, url=url, shown=_loadable(url))


def _attached(message: Fields) -> Iterator[Card]:
    listed, echoed = _listed(message, "attachments"), _listed(message, "echoed")
    for number, attachment in enumerate(listed):
        told = echoed[number] if number < len(echoed) and not attachment.get("url") else attachment
        yield _card(message, attachment, _link(str(told.get("url") or "")))


def _listed(message: Fields, name: str) -> list[Fields]:
    return [a for a in message.get(name) or () if isinstance(a, Mapping)]


def _card(message: Fields, attachment: Fields, url: str) -> Card:
    sort = str(attachment.get("type") or "file")
    words = message.get("transcription") or message.get("description")
    uploaded = sort == "file" or "attachment_id" in (attachment.get("payload") or {})
    return Card(
        look=_LOOKS.get(sort, "link") if _loadable(url) else "file" if uploaded else "link",
        title=_named(attachment) or _sort(sort, attachment),
        url=url,
        shown=_loadable(url),
        note=_size(attachment.get("size"))
        or (_sort(sort, attachment) if _named(attachment) else ""),
        words=str(words or ""),
    )


def _named(attachment: Fields) -> str:
    return str(attachment.get("name") or attachment.get("title") or "")


def _sort(sort: str, attachment: Fields) -> str:
    titles = {
        "image": gettext("Picture"),
        "sticker": gettext("Sticker"),
        "media": gettext("Picture or video"),
        "audio": gettext("Voice message"),
        "video": gettext("Video"),
        "file": gettext("File"),
        "share": gettext("Shared post"),
        "ig_post": gettext("Shared post"),
        "ig_reel": gettext("Reel"),
        "reel": gettext("Reel"),
        "story": gettext("Story"),
        "ig_story": gettext("Story"),
        "story_mention": gettext("Their story, which mentions you"),
        "location": gettext("Location"),
        "ephemeral": gettext("View-once picture or video: only the Instagram app shows it"),
    }
    if sort == "template":
        return _template_title(attachment) or gettext("Card")
    return titles.get(sort) or gettext("Attachment: %(type)s", type=sort[:60])


def _template_title(attachment: Fields) -> str:
    """The first title of a card that somebody sent; what it holds is stored as its JSON."""
    try:
        more = json.loads(str(attachment.get("more") or "{}"))
        return str(more["generic"]["elements"][0]["title"])[:120]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def _size(size: object) -> str:
    if not isinstance(size, int) or size <= 0:
        return ""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} KB"


def _link(url: str) -> str:
    parts = _parts(url)
    local = parts is not None and parts[0] == "http" and parts[1] in _LOCAL
    return url if parts is not None and (parts[0] == "https" or local) else ""


def _loadable(url: str) -> str:
    parts = _parts(url)
    if parts is None:
        return ""
    ours = any(parts[1] == host or parts[1].endswith(f".{host}") for host in MEDIA_HOSTS)
    return url if (ours and parts[0] == "https") or parts[1] in _LOCAL else ""


def _parts(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname) if parts.hostname else None
