"""What no document and no request may exceed, refused in production's words."""

import grpc

from emulators.firestore.messages import Document, Value
from emulators.firestore.values import size_of, size_of_value
from emulators.refused import Refused

MAX_DOCUMENT_BYTES = 1_048_576
MAX_VALUE_BYTES = MAX_DOCUMENT_BYTES - 89
MAX_REQUEST_BYTES = 10 * 1_024 * 1_024

_SMALL_ENOUGH = MAX_DOCUMENT_BYTES // 8  # no value counts for more than 8 times its wire bytes


def check_document(document: Document) -> None:
    """INVALID_ARGUMENT if it is more than a document may hold."""
    if document.ByteSize() <= _SMALL_ENOUGH:
        return
    check_values(document)
    size = size_of(document)
    if size > MAX_DOCUMENT_BYTES:
        raise _invalid(
            f"Document '{document.name}' cannot be written because its size ({size:,} bytes) "
            f"exceeds the maximum allowed size of {MAX_DOCUMENT_BYTES:,} bytes."
        )


def check_values(document: Document) -> None:
    """INVALID_ARGUMENT if a text or some bytes alone are more than a document may hold."""
    if document.ByteSize() <= MAX_VALUE_BYTES:
        return
    for name, value in document.fields.items():
        if value.WhichOneof("value_type") in ("string_value", "bytes_value"):
            _check_value_size(name, value)


def check_request(size: int) -> None:
    """INVALID_ARGUMENT for a request of more bytes than production takes."""
    if size > MAX_REQUEST_BYTES:
        raise _invalid(
            f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes (it has {size})."
        )


def _check_value_size(name: str, value: Value) -> None:
    terminator = 1 if value.HasField("string_value") else 0
    if size_of_value(value) - terminator > MAX_VALUE_BYTES:
        raise _invalid(f'The value of property "{name}" is longer than {MAX_VALUE_BYTES} bytes.')


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
