"""Counts, sums and averages over what a query finds."""

import itertools
from collections.abc import Iterable

import grpc

from emulators.firestore import conditions, fieldpaths, storable
from emulators.firestore.messages import Aggregation, StructuredAggregationQuery, Value
from emulators.firestore.query import Query
from emulators.firestore.records import Record
from emulators.firestore.transforms import INT64_MAX, INT64_MIN
from emulators.firestore.values import NAN, NUMBER
from emulators.refused import Refused

MAX_AGGREGATIONS = 5


def ordered(wanted: StructuredAggregationQuery, query: Query) -> Query:
    """The query whose documents are aggregated, and whose index must exist.

    It leaves out what lacks an aggregated field, and a limit takes the first documents in order of
    the aggregated field where the query has no order of its own.

    Raises:
        Refused: INVALID_ARGUMENT for a malformed aggregation.
    """
    _check(wanted)
    paths = {path for part in wanted.aggregations if (path := _path(part)) is not None}
    if paths and wanted.structured_query.HasField("select"):
        raise _invalid("Cannot apply property masks when aggregation fields are present.")
    return query.ordered_also_by(sorted(paths, key=fieldpaths.parse))


def run(
    wanted: StructuredAggregationQuery, query: Query, records: Iterable[Record]
) -> dict[str, Value]:
    """The aggregates by alias, given the documents of the query's scope in any order.

    Raises:
        Refused: INVALID_ARGUMENT for a malformed aggregation.
    """
    return results(wanted, ordered(wanted, query).run(records))


def results(wanted: StructuredAggregationQuery, found: list[Record]) -> dict[str, Value]:
    """The aggregates by alias, given what the query of `ordered` found."""
    return {
        alias: _aggregate(part, found)
        for alias, part in zip(_aliases(wanted), wanted.aggregations, strict=True)
    }


def _aggregate(part: Aggregation, found: list[Record]) -> Value:
    kind = part.WhichOneof("operator")
    if kind == "count":
        limited = part.count.HasField("up_to")
        return Value(
            integer_value=min(len(found), part.count.up_to.value if limited else len(found))
        )
    numbers = _numbers(str(_path(part)), found)
    return _sum(numbers) if kind == "sum" else _average(numbers)


def _sum(numbers: list[int | float]) -> Value:
    total = _total(numbers)
    if isinstance(total, int) and INT64_MIN <= total <= INT64_MAX:
        return Value(integer_value=total)
    return Value(double_value=float(total))


def _average(numbers: list[int | float]) -> Value:
    if not numbers:
        return Value(null_value=0)
    return Value(double_value=_total(numbers) / len(numbers))


def _total(numbers: list[int | float]) -> int | float:
    """Integers are added exactly, whatever their sum; doubles are added to that."""
    whole = sum(number for number in numbers if isinstance(number, int))
    parts = [number for number in numbers if isinstance(number, float)]
    return whole + sum(parts) if parts else whole


def _numbers(path: str, found: list[Record]) -> list[int | float]:
    numbers: list[int | float] = []
    for record in found:
        key = record.sort_key(path)
        if key is not None and key[0] == NUMBER:
            numbers.append(key[1])
        elif key is not None and key[0] == NAN:
            numbers.append(float("nan"))
    return numbers


def _path(part: Aggregation) -> str | None:
    kind = part.WhichOneof("operator")
    if kind in (None, "count"):
        return None
    return conditions.canonical(getattr(part, kind).field.field_path)


def _check(wanted: StructuredAggregationQuery) -> None:
    if not wanted.aggregations:
        raise _invalid("Aggregations can not be empty.")
    if len(wanted.aggregations) > MAX_AGGREGATIONS:
        raise _invalid(f"At most {MAX_AGGREGATIONS} aggregations are supported per query.")
    for part in wanted.aggregations:
        _check_part(part)
    _aliases(wanted)


def _check_part(part: Aggregation) -> None:
    if part.WhichOneof("operator") is None:
        raise _invalid("Operator field in Aggregation is not set.")
    if part.count.HasField("up_to") and part.count.up_to.value <= 0:
        raise _invalid("Count.up_to must be greater than zero.")
    if _path(part) == fieldpaths.DOCUMENT_NAME:
        raise _invalid("Aggregations are not supported for the property: __key__")
    if part.alias:
        storable.check_name(part.alias)


def _aliases(wanted: StructuredAggregationQuery) -> list[str]:
    """The parts' names; those without one are numbered among themselves."""
    numbers = itertools.count(1)
    aliases: list[str] = []
    for part in wanted.aggregations:
        alias = part.alias or f"field_{next(numbers)}"
        if alias in aliases:
            raise _invalid(f"Aggregation aliases contain duplicate alias: {alias}.")
        aliases.append(alias)
    return aliases


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
