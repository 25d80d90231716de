"""The page that sorts the errors by who must act leaves none out."""

import ast
import inspect
import re
from pathlib import Path

from services import errors

ROOT = Path(__file__).parents[2]


def _kinds() -> dict[str, type]:
    return {
        name: kind
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, BaseException)
    }


def test_every_error_stands_in_the_drawn_tree_at_its_depth() -> None:
    lines = re.findall(r"^([│├└─ ]*)(\w+)(?:  .*)?$", errors.__doc__ or "", re.MULTILINE)
    root = len(errors.MocaError.__mro__)
    assert {name: len(branch) // 4 for branch, name in lines} == {
        name: len(kind.__mro__) - root for name, kind in _kinds().items()
    }


def test_no_error_grows_anywhere_else() -> None:
    builtin = {"Exception", "ValueError", "RuntimeError", "LookupError", "TypeError", "OSError"}
    elsewhere = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for folder in ("services", "functions", "admin", "tools")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(str(errors.__file__))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        if {ast.unparse(base).rpartition(".")[2] for base in node.bases} & (builtin | {*_kinds()})
    ]
    assert elsewhere == []
