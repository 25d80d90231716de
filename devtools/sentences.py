"""The sentences of the services that a person may read in the office, found in their code.

The services speak English. The office shows what they say in the language of the page, so that
these sentences stand in its catalogue beside the pages' own texts.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from devtools import ROOT
from services.domain.graph_errors import RULES
from services.domain.setting import catalogue

#: Whose sentences reach the office: by an error, a finding, or a field that is stored.
SPEAKING = (
    "services/office/*.py", "services/accounts/service.py", "services/agent/describing.py",
    "services/agent/export.py", "services/accounts/health.py", "services/agent/knowledge.py",
    "services/outbox/queue.py", "services/outbox/manual.py", "services/accounts/openers.py",
    "services/accounts/tokens.py", "services/maintenance/upkeep.py", "services/adapters/graph.py",
    "services/adapters/instagram.py", "services/domain/graph_errors.py",
    "services/domain/sendable.py", "services/domain/setting.py",
)  # fmt: skip
_SENTENCE = re.compile(r"(?:[A-Z0-9]|%\(a\)s[: ])[^_]* [^_]+ .*[.?!]", re.DOTALL)
_PHRASE = re.compile(r"[A-Za-z0-9][^_{}/]*(?: [^_{}/ ]+){3,}", re.DOTALL)
_REFUSALS = ("Rejected", "Conflict", "Unavailable")


def found() -> list[str]:
    """Every sentence once, in the order of files and lines; a hole is `%(a)s`, `%(b)s` …"""
    told = [sentence for path in _files() for sentence in of_file(path)]
    told += [f"{rule.says[0].upper()}{rule.says[1:]} (error %(a)s)." for rule in RULES.values()]
    for setting in catalogue():
        told += [setting.group, setting.label, setting.explanation]
    return list(dict.fromkeys(text for text in told if text))


def of_file(path: Path) -> Iterator[str]:
    """The sentences in the code of one file, and the phrases of those that store phrases."""
    wanted = _PHRASE if path.name == "sendable.py" else _SENTENCE
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = set(_aside(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _is_refusal(node):
            yield str(ast.get_docstring(node))
        text = _text(node) if id(node) not in aside else None
        if text and wanted.fullmatch(text):
            yield text


def _files() -> Iterator[Path]:
    for pattern in SPEAKING:
        yield from sorted(ROOT.glob(pattern))


def _aside(tree: ast.Module) -> Iterator[int]:
    """Docstrings, and the pieces of a sentence with holes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)
        if isinstance(node, ast.JoinedStr):
            yield from (id(piece) for piece in node.values)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    text, hole = "", ord("a")
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            text += str(piece.value)
        else:
            text, hole = f"{text}%({chr(hole)})s", hole + 1
    return text


def _is_refusal(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id in _REFUSALS for base in node.bases)
