"""What a relay changes in the messages that pass, and what it counts of them."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from emulators.firestore import fieldpaths
from emulators.firestore.messages import (
    BatchGetDocumentsRequest,
    CommitRequest,
    RunAggregationQueryRequest,
    RunQueryRequest,
    RunQueryResponse,
    Value,
    Write,
)


def tell_time(commit: CommitRequest, now: Timestamp) -> None:
    """Put `now` wherever the commit asks for the instant at which it is made."""
    for write in commit.writes:
        asked = [each.field_path for each in write.update_transforms if each.set_to_server_value]
        kept = [each for each in write.update_transforms if not each.set_to_server_value]
        del write.update_transforms[:]
        write.update_transforms.extend(kept)
        for path in asked:
            _set(write, path, now)


def _set(write: Write, path: str, now: Timestamp) -> None:
    fieldpaths.put(write.update.fields, fieldpaths.parse(path), Value(timestamp_value=now))
    if write.HasField("update_mask"):
        write.update_mask.field_paths.append(path)


def usage(request: Any, responses: Sequence[bytes]) -> dict[str, int]:
    """The documents that a call read, wrote and deleted, as Firestore bills them.

    An aggregation counts as one read: how many index entries it saw, its answer does not say.
    """
    if isinstance(request, CommitRequest):
        deletes = sum(write.WhichOneof("operation") == "delete" for write in request.writes)
        return {"writes": len(request.writes) - deletes, "deletes": deletes}
    if isinstance(request, BatchGetDocumentsRequest):
        return {"reads": len(set(request.documents))}
    if isinstance(request, RunQueryRequest):
        found = [RunQueryResponse.FromString(response) for response in responses]
        return {"reads": max(1, sum(each.HasField("document") for each in found))}
    return {"reads": 1} if isinstance(request, RunAggregationQueryRequest) else {}
