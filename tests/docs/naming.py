"""What a page names: the tests behind its promises."""

import ast
from collections.abc import Iterator

from deploy.wanted import ROOT


def asserts(test: str) -> bool:
    """Whether `file.py::test_name` is a test of the repository that can fail by an assertion.

    It may leave the assertion to a function of its own module.
    """
    file, _, name = test.partition("::")
    path = ROOT / file
    if not path.is_file() or not name.startswith("test_"):
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {f.name: f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}
    return name in functions and any(
        isinstance(node, ast.Assert) or _expects_an_error(node)
        for function in _reached(name, functions)
        for node in ast.walk(function)
    )


def _reached(name: str, functions: dict[str, ast.FunctionDef]) -> Iterator[ast.FunctionDef]:
    """A function, and those of its module that it calls."""
    left, seen = [name], set[str]()
    while left:
        if (here := left.pop()) in functions and here not in seen:
            seen.add(here)
            yield functions[here]
            left += [n.id for n in ast.walk(functions[here]) if isinstance(n, ast.Name)]


def _expects_an_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "raises"
