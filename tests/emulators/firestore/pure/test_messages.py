"""The stub of the message classes says what the module holds."""

import ast
from pathlib import Path

from google.protobuf.message import Message

from emulators.firestore import messages


def _classes_of_the_stub() -> dict[str, list[str]]:
    stub = Path(str(messages.__file__)).with_suffix(".pyi")
    classes = (one for one in ast.parse(stub.read_text()).body if isinstance(one, ast.ClassDef))
    return {
        one.name: [str(part.target.id) for part in one.body if _named(part)]  # type: ignore[attr-defined]  # checked by _named
        for one in classes
        if one.name != "Raw"
    }


def _named(part: ast.stmt) -> bool:
    return isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)


def test_every_class_of_the_module_is_in_its_stub_and_the_other_way_round() -> None:
    held = {
        name
        for name, one in vars(messages).items()
        if isinstance(one, type) and issubclass(one, Message)
    }
    assert held == set(_classes_of_the_stub())


def test_every_constant_of_the_stub_is_there() -> None:
    for name, constants in _classes_of_the_stub().items():
        assert all(hasattr(getattr(messages, name), constant) for constant in constants)
