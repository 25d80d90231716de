"""The business's answers and documents: kept by the office, searched by words and by meaning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.domain import paths
from services.domain.documents import SERVER_TIME, Delete, Nearest, Query, vector
from services.domain.fields import KnowledgeFields
from services.domain.findings import Entry
from services.domain.terms import plain
from services.domain.text import Text
from services.errors import NoAnswer, Rejected, Unavailable
from services.ports import Documents, Embedder
from services.store.live_settings import SettingsCache

_log = structlog.get_logger()

#: Characters of one entry, and of what one search result shows.
MOST_CHARACTERS = 6000
SHOWN_CHARACTERS = 1200
MOST_RESULTS = 4
#: Words of an entry that are indexed, and of a question that are looked up (Firestore takes 30).
MOST_KEYWORDS = 400
MOST_ASKED = 20
#: Cosine distance from which an entry has nothing to do with the question.
FARTHEST = 0.75

_STOP_WORDS = (
    "the and for you are can what when where how who with your our der die das und ist ein eine "
    "wie was wann haben hat les des est une que qui pour con los las por para como est og det som "
    "har jeg kan het een van hoe wat"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Entries of `knowledge`, each with its words and, where vectors can be had, its vector."""

    documents: Documents
    settings: SettingsCache
    embedder: Embedder | None = None

    def save(self, entry_id: str, account_id: str, title: str, text: str) -> None:
        """Store an entry so that it is found; raises `Rejected` for one that is too long.

        Without an embedding it is found by its words alone, until it is saved again.
        """
        if not text.strip() or len(text) > MOST_CHARACTERS:
            raise Rejected(
                Text(
                    "An entry has 1 to %(most)s characters: split longer ones.",
                    most=MOST_CHARACTERS,
                )
            )
        embedding = self._vector(account_id, f"{title}\n{text}", query=False)
        fields: KnowledgeFields = {
            "account_id": account_id,
            "title": title.strip()[:200],
            "text": text.strip(),
            "keywords": keywords(f"{title} {text}")[:MOST_KEYWORDS],
            "embedding": vector(embedding) if embedding else None,
            "updated_at": SERVER_TIME,
        }
        self.documents.commit([paths.knowledge(entry_id).merge(fields)])

    def delete(self, entry_id: str) -> None:
        """Forget an entry; no matter whether it exists."""
        self.documents.commit([Delete(paths.knowledge(entry_id))])

    def search(self, account_id: str, query: str) -> Sequence[Entry]:
        """The best entries for `query`, best first; raises `NoAnswer`.

        By meaning and by words; what both find comes first. Two round trips at most.
        """
        asked = keywords(query)[:MOST_ASKED]
        try:
            by_words = self._by_words(account_id, asked) if asked else []
            by_meaning = self._by_meaning(account_id, query)
        except Unavailable as error:
            raise NoAnswer(str(error)) from error
        scores: dict[str, float] = {}
        for found in (by_words, by_meaning):
            for rank, entry in enumerate(found):
                scores[entry.id] = scores.get(entry.id, 0) + 1 / (rank + 2)
        entries = {entry.id: entry for entry in [*by_words, *by_meaning]}
        best = sorted(scores, key=lambda entry_id: (-scores[entry_id], entry_id))[:MOST_RESULTS]
        return [_shown(entries[entry_id], asked) for entry_id in best]

    def _by_words(self, account_id: str, asked: Sequence[str]) -> list[Entry]:
        query = Query(
            paths.KNOWLEDGE,
            where=[
                ("account_id", "==", account_id),
                ("keywords", "array_contains_any", list(asked)),
            ],
            limit=30,
        )
        found = [(s.id, s.fields or {}) for s in self.documents.query(query)]
        found.sort(key=lambda item: -len(set(asked) & set(item[1].get("keywords") or ())))
        return [_entry(doc_id, doc) for doc_id, doc in found]

    def _by_meaning(self, account_id: str, query: str) -> list[Entry]:
        embedding = self._vector(account_id, query, query=True)
        if not embedding:
            return []
        nearest = Nearest("embedding", embedding, FARTHEST)
        found = self.documents.query(
            Query(
                paths.KNOWLEDGE,
                where=[("account_id", "==", account_id)],
                limit=MOST_RESULTS,
                nearest=nearest,
            )
        )
        return [_entry(s.id, s.fields or {}) for s in found]

    def _vector(self, account_id: str, text: str, *, query: bool) -> Sequence[float]:
        model = self.settings.account(account_id).operation.embedding_model
        if self.embedder is None or not model:
            return ()
        try:
            return self.embedder.embed(model, text[:MOST_CHARACTERS], query=query)
        except NoAnswer as error:
            _log.warning("no_embedding", error=str(error))
            return ()


def keywords(text: str) -> list[str]:
    """The words that tell texts apart, each once: small letters without accents."""
    words = (
        w for w in re.findall(r"\w+", plain(text)) if len(w) > 2 or not w.isascii() or w.isdigit()
    )
    return list(dict.fromkeys(w[:40] for w in words if w not in _STOP_WORDS.split()))


def _entry(doc_id: str, doc: dict[str, object]) -> Entry:
    return Entry(id=doc_id, title=str(doc.get("title") or ""), text=str(doc.get("text") or ""))


def _shown(entry: Entry, asked: Sequence[str]) -> Entry:
    """The entry, or the part of a long one around the first word that was asked for."""
    if len(entry.text) <= SHOWN_CHARACTERS:
        return entry
    low = entry.text.casefold()
    places = [place for word in asked if (place := low.find(word)) >= 0]
    start = max(0, min(places, default=0) - SHOWN_CHARACTERS // 3)
    start = min(start, len(entry.text) - SHOWN_CHARACTERS)
    part = entry.text[start : start + SHOWN_CHARACTERS]
    before, after = "… " if start else "", " …" if start + len(part) < len(entry.text) else ""
    return Entry(id=entry.id, title=entry.title, text=f"{before}{part}{after}")
