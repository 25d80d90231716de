"""Imports run one way; this reads them and says so."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.domain import paths

ROOT = Path(__file__).parents[1]

STANDARD_ONLY = frozenset(sys.stdlib_module_names)
SDKS = ("google", "grpc", "httpx", "httpx2", "pydantic_core")

#: Folder → the packages of ours that its files may import.
MAY_IMPORT = {
    "services/domain": {"services.domain"},
    "services/adapters": {
        "services.adapters",
        "services.domain",
        "services.ports",
        "services.errors",
    },
    "tools": {"tools", "services.agent.tool", "services.domain", "services.ports"},
    "functions": {"functions", "services", "admin"},
    "admin": {"admin", "services"},
    "prompts": set(),
}
NEVER = {
    "services": {"functions", "admin", "emulators", "main", "tests"},
    "functions": {"emulators", "main", "tests"},
    "admin": {"functions", "emulators", "main", "tests"},
    "tools": {"emulators", "functions", "admin", "main", "tests"},
    "emulators": {"tests"},
}


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _within(module: str, packages: set[str]) -> bool:
    return any(module == p or module.startswith(p + ".") or p.startswith(module) for p in packages)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_layer_imports_only_the_layers_below_it(folder: str) -> None:
    """Our own packages are imported downwards only."""
    ours = ("services", "functions", "admin", "tools", "prompts", "emulators", "main", "tests")
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in _files(folder)
        if path.name != "__init__.py" or folder != "tools"
        for module in _imports(path)
        if module.split(".")[0] in ours and not _within(module, MAY_IMPORT[folder])
    ]
    assert not wrong


@pytest.mark.parametrize("folder", NEVER)
def test_nothing_imports_upwards(folder: str) -> None:
    """Nothing deployed knows the emulators, and nothing below knows what is above."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in _files(folder)
        for module in _imports(path)
        if module.split(".")[0] in NEVER[folder]
    ]
    assert not wrong


def test_only_adapters_import_sdks() -> None:
    """Firestore, Cloud Tasks, Gemini and HTTP clients stay behind the ports."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for folder in ("services", "functions", "admin", "tools", "prompts")
        for path in _files(folder)
        if "adapters" not in path.parts and "bootstrap" not in path.parts
        for module in _imports(path)
        if module.split(".")[0] in SDKS
    ]
    assert not wrong


def test_the_domain_is_pure() -> None:
    """Records and policies use the standard library only."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in _files("services/domain")
        for module in _imports(path)
        if module.split(".")[0] not in STANDARD_ONLY and not module.startswith("services.domain")
    ]
    assert not wrong


def test_the_paths_of_the_store_are_spelt_in_one_module() -> None:
    """Everything else asks `services/domain/paths.py`, queries too."""
    kinds = {value.partition("/")[0] for name, value in vars(paths).items() if name.isupper()}
    spelt = re.compile(rf"(?:{'|'.join(kinds)})/(?!.*\.html)\S*")
    below = re.compile(rf"/(?:{'|'.join(kinds)})(?:/.*)?")  # behind the path of a conversation
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} spells {node.value!r}"
        for folder in ("services", "functions", "admin", "tools")
        for path in _files(folder)
        if path != Path(paths.__file__) and "adapters" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if spelt.fullmatch(node.value) or (folder == "services" and below.fullmatch(node.value))
    ]
    assert not wrong


def test_no_file_is_longer_than_350_lines() -> None:
    """Small files with one reason to exist."""
    folders = ("services", "functions", "admin", "tools", "emulators", "tests", "benchmarks")
    long = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in _files(folder)
        if len(path.read_text(encoding="utf-8").splitlines()) > 350
    ]
    assert not long
