"""Imports run one way; this reads them and says so."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.domain import paths

ROOT = Path(__file__).parents[1]

#: Package → the packages of ours that it may import, beside itself.
MAY_IMPORT = {
    "services.domain": "",
    "services.errors": "domain",
    "services.round_trips": "",
    "services.ports": "domain",
    "services.tasks": "domain ports",
    "services.ttl_cache": "ports",
    "services.log": "errors",
    "services.settings": "errors",
    "services.security": "errors",
    "services.store": "domain errors ports ttl_cache",
    "services.conversations": "domain",
    "services.accounts": "domain errors ports tasks",
    "services.outbox": "accounts conversations domain errors ports store tasks",
    "services.contacts": "accounts domain errors outbox ports store",
    "services.ingest": "conversations domain errors outbox ports store tasks",
    "services.agent": "domain errors ports prompts store ttl_cache",
    "services.turns": (
        "agent contacts conversations domain errors ingest outbox ports store tasks"
    ),
    "services.maintenance": "accounts conversations domain errors ingest ports store tasks",
    "services.office": (
        "accounts agent contacts conversations domain errors ingest maintenance outbox ports "
        "security store tasks ttl_cache"
    ),
    "services.adapters": "domain errors ports round_trips ttl_cache",
    "services.bootstrap": "* tools",
    "tools": "agent.tool domain errors",
    "prompts": "",
    "admin": "accounts agent bootstrap domain errors office store",
    "functions": ("admin bootstrap domain errors log maintenance outbox round_trips security"),
    "main": "bootstrap functions settings",
}
#: What is not deployed; the product must not know it.
OUTSIDE = ("benchmarks", "deploy", "devtools", "emulators", "tests")
OURS = ("services", "functions", "admin", "tools", "prompts", "main", *OUTSIDE)
#: What is behind the ports.
SDKS = ("google", "grpc", "httpx", "httpx2", "pydantic_core")
BEHIND_THE_PORTS = ("services.adapters", "services.bootstrap")
MOST_FLAT_MODULES = 8


def _files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _package(module: str) -> str:
    """The row of the table that speaks for a module, or its first word."""
    two = ".".join(module.split(".")[:2])
    return two if two in MAY_IMPORT else module.split(".", maxsplit=1)[0]


def _objection(module: str, imported: str) -> str | None:
    """Why `module` must not import `imported`, or None."""
    package = _package(module)
    if imported.split(".", maxsplit=1)[0] not in OURS or _within(imported, package):
        return None
    for allowed in MAY_IMPORT[package].split():
        name = allowed if allowed in OURS else f"services.{allowed}"
        if (allowed == "*" and imported.startswith("services.")) or _within(imported, name):
            return None
    return f"{module} imports {imported}"


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


PRODUCT = [*_files("services", "functions", "admin", "tools", "prompts"), ROOT / "main.py"]


def test_every_package_imports_only_what_its_row_allows() -> None:
    """One way, from `main.py` down to `services.domain`."""
    found = {(_module(path), name) for path in PRODUCT for name in _imports(path)}
    assert [words for pair in sorted(found) if (words := _objection(*pair))] == []


def test_every_package_has_a_row() -> None:
    """And `services` stays a house of packages, with few modules beside them."""
    assert {_package(_module(path)) for path in PRODUCT} - {"services"} == set(MAY_IMPORT)
    flat = [path for path in (ROOT / "services").glob("*.py") if path.stem != "__init__"]
    assert len(flat) <= MOST_FLAT_MODULES


def test_no_row_allows_the_way_back() -> None:
    """Otherwise two packages could import each other, whatever the rows say one by one."""
    below = {
        package: {_package(f"services.{name}") for name in row.split() if name != "*"}
        for package, row in MAY_IMPORT.items()
    }
    order: list[str] = []
    while len(order) < len(below):
        free = [p for p, needs in below.items() if p not in order and needs <= {*order, "services"}]
        assert free, f"a circle among {sorted(set(below) - set(order))}"
        order += free


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("services.turns.turn", "services.adapters.graph"),
        ("services.turns.turn", "services.office.inbox"),
        ("admin.ids", "services.adapters.graph"),
        ("services.agent.toolbox", "tools.send_instagram_message"),
        ("services.domain.policy", "services.ports"),
        ("functions.webhook", "emulators.clock"),
        ("services.settings", "deploy.wanted"),
        ("admin.texts", "devtools.texts"),
    ],
)
def test_what_was_once_possible_is_refused(module: str, imported: str) -> None:
    """The table objects to each of these."""
    assert _objection(module, imported)


@pytest.mark.parametrize("outside", OUTSIDE)
def test_the_product_knows_nothing_that_is_not_deployed(outside: str) -> None:
    """No row names it."""
    assert all(outside not in row.split() for row in MAY_IMPORT.values())


def test_no_modules_import_each_other() -> None:
    """Neither at run time nor for their types alone."""
    files = {_module(path): path for path in [*PRODUCT, *_files("emulators", "devtools", "deploy")]}

    def needs(path: Path) -> set[str]:
        steps = [name.split(".") for name in _imports(path)]
        named = ([".".join(words[:end]) for end in range(len(words), 0, -1)] for words in steps)
        return {next((name for name in names if name in files), "") for names in named} - {""}

    left = {module: needs(path) for module, path in files.items()}
    while free := {
        module
        for module, below in left.items()
        if not below & left.keys() or not any(module in needed for needed in left.values())
    }:
        left = {module: below for module, below in left.items() if module not in free}
    assert sorted(left) == []


def test_the_composition_root_names_everything_that_it_hands_over() -> None:
    """Ten arguments in a row say nothing, and two of a kind are soon exchanged."""
    classes = {
        name
        for path in PRODUCT
        if _package(_module(path)) not in BEHIND_THE_PORTS
        for name in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    nameless = [
        f"{_module(path)}:{node.lineno}"
        for path in _files("services/bootstrap")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in classes
        and (node.args or any(word.arg is None for word in node.keywords))
    ]
    assert nameless == []


def test_nothing_imports_the_tests() -> None:
    """What is beside the product stands without them."""
    wrong = [
        f"{_module(path)} imports {name}"
        for path in _files("emulators", "deploy")
        for name in _imports(path)
        if _within(name, "tests")
    ]
    assert wrong == []


def test_only_adapters_import_sdks() -> None:
    """Firestore, Cloud Tasks, Gemini and HTTP clients stay behind the ports."""
    wrong = [
        f"{_module(path)} imports {name}"
        for path in PRODUCT
        if _package(_module(path)) not in BEHIND_THE_PORTS
        for name in _imports(path)
        if name.split(".")[0] in SDKS
    ]
    assert wrong == []


def test_the_domain_is_pure() -> None:
    """Records and policies use the standard library only."""
    wrong = [
        f"{_module(path)} imports {name}"
        for path in _files("services/domain")
        for name in _imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        if not _within(name, "services.domain")
    ]
    assert wrong == []


def test_the_paths_of_the_store_are_spelt_in_one_module() -> None:
    """Everything else asks `services/domain/paths.py`, queries too."""
    kinds = {value.partition("/")[0] for name, value in vars(paths).items() if name.isupper()}
    spelt = re.compile(rf"(?:{'|'.join(kinds)})/(?!.*\.html)\S*")
    below = re.compile(rf"/(?:{'|'.join(kinds)})(?:/.*)?")  # behind the path of a conversation
    wrong = [
        f"{_module(path)}:{node.lineno} spells {node.value!r}"
        for path in PRODUCT
        if path != Path(paths.__file__) and "adapters" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if spelt.fullmatch(node.value)
        or (path.is_relative_to(ROOT / "services") and below.fullmatch(node.value))
    ]
    assert wrong == []


def test_no_file_is_longer_than_350_lines() -> None:
    """Small files with one reason to exist."""
    folders = ("services", "functions", "admin", "tools", "emulators", "tests", "benchmarks")
    long = [
        str(path.relative_to(ROOT))
        for path in _files(*folders)
        if len(path.read_text(encoding="utf-8").splitlines()) > 350
    ]
    assert long == []
