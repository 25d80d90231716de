"""The differences from Google's emulator that stay: in each ours is right, by the source named."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from emulators.conformance.differential.compare import Difference, without
from emulators.conformance.differential.wire import Json

Matches = Callable[[Difference], bool]

PROTO = "google.firestore.v1, comments of"
OURS_ALONE = ("INVALID_ARGUMENT", "OK")
BOTH = ("OK", "OK")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One row: what differs, who says what is right, and whether a difference is this one."""

    name: str
    source: str
    matches: Matches


TABLE: list[Accepted] = []


def accepting(found: Difference) -> Accepted | None:
    """The row that a difference belongs to, if there is one."""
    return next((row for row in TABLE if row.matches(found)), None)


def _row(source: str) -> Callable[[Matches], Matches]:
    def add(matches: Matches) -> Matches:
        TABLE.append(Accepted(matches.__name__.strip("_").replace("_", " "), source, matches))
        return matches

    return add


@_row(f"{PROTO} Firestore.PartitionQuery: theirs does not implement it")
def _partitions(found: Difference) -> bool:
    return found.rpc == "PartitionQuery" and found.theirs["code"] == "UNIMPLEMENTED"


@_row(f"{PROTO} CommitResponse.commit_time: the time at which the commit occurred")
def _the_time_of_a_commit_without_writes(found: Difference) -> bool:
    nothing = found.rpc == "Commit" and not found.request.get("writes")
    return nothing and found.codes == BOTH and found.theirs["responses"] == [{}]


@_row("Firestore documentation, Quotas and limits: no field's name matches __.*__")
def _a_transform_of_the_name(found: Difference) -> bool:
    named = any("__name__" in transform["field_path"] for transform in found.transforms)
    return named and found.ours["code"] == "INVALID_ARGUMENT"


@_row(f"{PROTO} Value.array_value: cannot directly contain another array value")
def _an_array_or_a_vector_that_is_appended_to_an_array(found: Difference) -> bool:
    elements = (
        element
        for transform in found.transforms
        for element in transform.get("append_missing_elements", {}).get("values", ())
    )
    held = any("array_value" in element or _is_vector(element) for element in elements)
    return held and found.ours["code"] == "INVALID_ARGUMENT"


def _is_vector(value: Json) -> bool:
    return "__type__" in value.get("map_value", {}).get("fields", ())


@_row(f"{PROTO} Count.up_to: must be greater than zero when present")
def _a_count_up_to_zero(found: Difference) -> bool:
    wanted = found.request.get("structured_aggregation_query", {}).get("aggregations", ())
    zero = any(part.get("count", {}).get("up_to") == "0" for part in wanted)
    return zero and found.codes == OURS_ALONE


@_row(f"{PROTO} StructuredQuery.Projection.fields: if empty, all fields are returned")
def _an_empty_projection(found: Difference) -> bool:
    empty = found.query.get("select") == {"fields": []} and found.codes == BOTH
    hidden = ("fields", "skipped_results")
    return empty and without(found.ours, *hidden) == without(found.theirs, *hidden)


@_row(f"{PROTO} RunQueryResponse.skipped_results: due to an offset")
def _how_many_results_were_skipped(found: Difference) -> bool:
    skips = found.query.get("offset", 0) > 0 and found.codes == BOTH
    return skips and without(found.ours, "skipped_results") == found.theirs


@_row("Firestore documentation, Index types: an index by name in descending order serves it")
def _a_scan_by_descending_name(found: Difference) -> bool:
    refused = found.codes[1] == "FAILED_PRECONDITION"
    return refused and "descending key scans" in found.theirs["message"]


@_row(f"{PROTO} FindNearest.vector_field: a reference to a field, which may lie in a map")
def _the_nearest_vector_in_a_map(found: Difference) -> bool:
    field = found.query.get("find_nearest", {}).get("vector_field", {}).get("field_path", "")
    return "." in field and found.codes == BOTH


@_row(f"{PROTO} ListDocumentsRequest.read_time: must be within the past one hour")
def _a_listing_as_of_long_ago(found: Difference) -> bool:
    late = found.rpc == "ListDocuments" and found.codes == ("FAILED_PRECONDITION", "OK")
    return late and "too old" in found.ours["message"]


@_row(f"{PROTO} ListDocumentsRequest.mask: a field that is not in it will not be returned")
def _the_mask_of_a_listing_with_those_that_are_missing(found: Difference) -> bool:
    masked = _shows_missing(found) and "mask" in found.request and found.codes == BOTH
    return masked and without(found.ours, "fields") == without(found.theirs, "fields")


@_row("google.aip.dev/158: a negative page size must be refused as INVALID_ARGUMENT")
def _a_negative_page_size_with_those_that_are_missing(found: Difference) -> bool:
    negative = found.request.get("page_size", 0) < 0
    return negative and _shows_missing(found) and found.codes == OURS_ALONE


@_row(f"{PROTO} ListDocumentsRequest.transaction: theirs knows no answer (UNKNOWN)")
def _a_listing_with_those_that_are_missing_in_a_transaction(found: Difference) -> bool:
    within = _shows_missing(found) and "transaction" in found.request
    return within and found.codes == ("OK", "UNKNOWN")


def _shows_missing(found: Difference) -> bool:
    return found.rpc == "ListDocuments" and bool(found.request.get("show_missing"))


@_row("RunQuery refuses the same query, on both")
def _a_condition_on_names_in_what_is_listened_to(found: Difference) -> bool:
    listens = found.rpc == "Listen" and found.codes == OURS_ALONE
    return listens and "__name__" in json.dumps(found.query.get("where", {}))


@_row("both refuse, and nobody says which of two faults comes first")
def _a_time_too_old_in_a_malformed_request(found: Difference) -> bool:
    two = found.codes == ("INVALID_ARGUMENT", "FAILED_PRECONDITION")
    return two and "'read_time' is too old" in found.theirs["message"]
