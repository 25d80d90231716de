"""Which field transforms make sense, whatever the document holds."""

from collections.abc import Callable, Iterable, Sequence

import grpc

from emulators.firestore import fieldpaths, storable
from emulators.firestore.fieldpaths import DOCUMENT_NAME, Path
from emulators.firestore.messages import FieldTransform, Value
from emulators.refused import Refused

MAX_TRANSFORMS = 500


def check(field_transforms: Sequence[FieldTransform]) -> None:
    """INVALID_ARGUMENT for transforms that no document could undergo.

    The timestamps among their elements are rounded down to what is stored of them.
    """
    if len(field_transforms) > MAX_TRANSFORMS:
        raise _invalid(
            f"cannot have more than {MAX_TRANSFORMS} field transforms on a single document"
        )
    paths = [_checked(transform) for transform in field_transforms]
    _check_nesting(paths)


def _checked(transform: FieldTransform) -> Path:
    path = fieldpaths.parse(transform.field_path)
    kind = transform.WhichOneof("transform_type")
    if path == (DOCUMENT_NAME,):
        raise _invalid("A document's name cannot be transformed.")
    if kind is None:
        raise _invalid("Operation type must be specified for field transformation.")
    _CHECKS[kind](path, transform)
    return path


def _check_nesting(paths: Iterable[Path]) -> None:
    known = set(paths)
    for path in known:
        for size in range(1, len(path)):
            if path[:size] in known:
                above = fieldpaths.quote(path[:size])
                raise _invalid(
                    f"Cannot transform property {above} and its nested property at the same time."
                )


def _check_server_value(_: Path, transform: FieldTransform) -> None:
    if transform.set_to_server_value != FieldTransform.REQUEST_TIME:
        raise _invalid("The only server value is REQUEST_TIME.")


def _check_number(kind: str) -> Callable[[Path, FieldTransform], None]:
    def check_operand(_: Path, transform: FieldTransform) -> None:
        operand: Value = getattr(transform, kind)
        if operand.WhichOneof("value_type") not in ("integer_value", "double_value"):
            raise _invalid(f"The operand of {kind} must be an integer or a double.")

    return check_operand


def _check_appended(path: Path, transform: FieldTransform) -> None:
    storable.check_elements(path, transform.append_missing_elements.values)


def _check_removed(_: Path, transform: FieldTransform) -> None:
    for element in transform.remove_all_from_array.values:
        storable.check_inner(element)


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)


_CHECKS: dict[str, Callable[[Path, FieldTransform], None]] = {
    "set_to_server_value": _check_server_value,
    "increment": _check_number("increment"),
    "maximum": _check_number("maximum"),
    "minimum": _check_number("minimum"),
    "append_missing_elements": _check_appended,
    "remove_all_from_array": _check_removed,
}
