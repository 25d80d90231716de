"""`./dev texts`: what a person reads in the office, from code and templates into its catalogues.

A new text is written in English where it is used, in the office by `gettext`, in the services as a
`Text`; this command puts it into `messages.pot` and every language's `messages.po`, and makes the
`.mo` that the office reads. It names what is not translated yet; the tests refuse that.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po

from devtools import ROOT
from devtools.words import nothing_but_help
from services.domain.setting import catalogue

FOLDER = ROOT / "admin" / "translations"
LANGUAGES = ("es", "pt")
SPEAKING = ("admin", "services")
KEYWORDS = {"gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_": None, "Text": None}
#: Catalogues are the same for the same texts, whenever they are made and by which Babel.
_MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)
_JINJA = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}


class _Unsigned(Catalog):
    """A catalogue that does not say which Babel made it."""

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        *headers, (last, value), _generated_by = super()._get_mime_headers()
        return [*headers, (last, f"{value}\n")]


def main(arguments: list[str]) -> int:
    """Extract, update and compile; 1 where a translation is missing."""
    nothing_but_help("texts", "Bring what the office says into its catalogues.", arguments)
    listed = extracted()
    template = _Unsigned(project="Moca", creation_date=_MADE_AT, revision_date=_MADE_AT)
    for text, files in listed.items():
        template.add(text, locations=[(name, 0) for name in sorted(files)])
    (FOLDER / "messages.pot").write_bytes(as_po(template))
    missing = 0
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.creation_date = catalog.revision_date = _MADE_AT
        of_language(language).write_bytes(as_po(catalog))
        of_language(language).with_suffix(".mo").write_bytes(compiled(catalog))
        without = untranslated(catalog)
        missing += len(without)
        print(f"{language}: {len(catalog)} texts, {len(without)} not translated.")
        for text in without:
            print(f"  {text!r}")
    return 1 if missing else 0


def extracted() -> dict[str | tuple[str, ...], set[str]]:
    """Every text with the files that say it; a pair where there is a plural."""
    listed: dict[str | tuple[str, ...], set[str]] = {}
    for text, name in _all():
        listed.setdefault(text, set()).add(name)
    return dict(sorted(listed.items(), key=lambda item: (sorted(item[1]), str(item[0]))))


def of_language(language: str) -> Path:
    """Its catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it stands; an empty one for a new language."""
    path = of_language(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = _Unsigned(locale=language, project="Moca")
    if path.exists():
        with path.open("rb") as file:
            PoFileParser(catalog).parse(file)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """What the office reads at run time."""
    into = BytesIO()
    write_mo(into, catalog)
    return into.getvalue()


def as_po(catalog: Catalog) -> bytes:
    """What a translator reads."""
    into = BytesIO()
    write_po(into, catalog, width=100, include_lineno=False, sort_output=False)
    return into.getvalue()


def untranslated(catalog: Catalog) -> list[str | tuple[str, ...]]:
    """The texts without words in this language, or without one of the plurals."""
    return [_id(m) for m in catalog if m.id and not all(words_of(m))]


def _id(message: Message) -> str | tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, list | tuple) else message.id


def words_of(message: Message) -> Sequence[object]:
    """Its translation; one for each plural where there are plurals."""
    told = message.string
    return told if isinstance(told, tuple | list) else [told]


def _all() -> Iterator[tuple[str | tuple[str, ...], str]]:
    for path in sorted(path for folder in SPEAKING for path in (ROOT / folder).rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            found = extract_from_file("python", path, KEYWORDS)
        elif path.suffix == ".html":
            found = extract_from_file("jinja2", path, KEYWORDS, options=_JINJA)
        else:
            continue
        yield from ((message, name) for _line, message, _comments, _context in found)
    for setting in catalogue():  # its explanation is the comment above it
        yield setting.explanation.msgid, "services/domain/operation.py"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
