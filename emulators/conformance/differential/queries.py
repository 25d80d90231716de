"""Drawn queries: sources, filters, orders, cursors, limits, aggregations, neighbours.

Their filters and cursors speak of `{"pool": n}`: `filled` puts a sequence's own values there, the
same that its documents hold, so that they find something.
"""

from typing import Any

from hypothesis import strategies as st

from emulators.conformance.differential import values
from emulators.conformance.differential.answers import ROOT
from emulators.conformance.differential.values import Drawn, mostly
from emulators.conformance.differential.wire import Json

NAME = "__name__"
PATHS = ("a", "b", "m", "m.a", "`a.b`", NAME)

_COMPARISONS = ("LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "EQUAL")
_OPERATORS = (*_COMPARISONS, *_COMPARISONS, "NOT_EQUAL", "ARRAY_CONTAINS")
_LISTS = ("IN", "IN", "NOT_IN", "ARRAY_CONTAINS_ANY")
_UNARY = ("IS_NULL", "IS_NAN", "IS_NOT_NULL", "IS_NOT_NAN")

parents: Drawn = st.sampled_from((*[""] * 8, "/a/x", "/b/x", "/a/y/b/z"))
odd_parents: Drawn = st.sampled_from(("/a", "/", "/a/", "/__a__/x", "/a/missing"))

pooled: Drawn = st.integers(0, 4).map(lambda nth: {"pool": nth})
"""One of the sequence's own values."""


def filled(drawn: Any, pool: list[Json]) -> Any:
    """The same, with the pool's values where it is spoken of."""
    if isinstance(drawn, list):
        return [filled(each, pool) for each in drawn]
    if not isinstance(drawn, dict):
        return drawn
    if "pool" in drawn:
        return pool[drawn["pool"] % len(pool)]
    return {name: filled(each, pool) for name, each in drawn.items()}


def _field(path: str) -> Json:
    return {"field_path": path}


_fields: Drawn = st.sampled_from(PATHS).map(_field)
_names: Drawn = st.one_of(values.more_documents, values.documents).map(values.reference)
_operands: Drawn = st.tuples(pooled, _names)
"""A value and a name: which of them is meant depends on the field."""


def _operand(path: str, drawn: tuple[Json, Json]) -> Json:
    return drawn[path == NAME]


_comparisons: Drawn = st.builds(
    lambda path, op, operand: _field_filter(path, op, _operand(path, operand)),
    st.sampled_from(PATHS),
    st.sampled_from(_OPERATORS),
    _operands,
)
_lists: Drawn = st.builds(
    lambda path, op, operands: _field_filter(
        path, op, {"array_value": {"values": [_operand(path, each) for each in operands]}}
    ),
    st.sampled_from(PATHS),
    st.sampled_from(_LISTS),
    st.sampled_from((1, 2, 3, 1, 2, 3, 0)).flatmap(
        lambda size: st.lists(_operands, min_size=size, max_size=size)
    ),
)
_unary: Drawn = st.builds(
    lambda field, op: {"unary_filter": {"field": field, "op": op}}, _fields, st.sampled_from(_UNARY)
)
_leaves: Drawn = mostly(_comparisons, st.one_of(_lists, _unary), 3)


def _field_filter(path: str, op: str, value: Json) -> Json:
    return {"field_filter": {"field": _field(path), "op": op, "value": value}}


def _composite(parts: Drawn) -> Drawn:
    return st.builds(
        lambda op, filters: {"composite_filter": {"op": op, "filters": filters}},
        st.sampled_from(("AND", "AND", "OR")),
        st.lists(parts, min_size=1, max_size=3),
    )


filters: Drawn = mostly(
    _leaves, st.one_of(_composite(_leaves), _composite(_composite(_leaves))), times=2
)

_one: Drawn = st.fixed_dictionaries(
    {"collection_id": st.sampled_from(("a", "a", "a", "b"))},
    optional={"all_descendants": st.sampled_from((False, False, True))},
)
_sources: Drawn = mostly(
    _one.map(lambda source: [source]),
    st.sampled_from(
        ([], [{}], [{"all_descendants": True}], [{"collection_id": "a"}, {"collection_id": "b"}])
    ),
    times=20,
)
_orders: Drawn = st.lists(
    st.fixed_dictionaries(
        {"field": _fields}, optional={"direction": st.sampled_from(("ASCENDING", "DESCENDING"))}
    ),
    max_size=2,
    unique_by=lambda order: order["field"]["field_path"],
)
_positions: Drawn = st.tuples(
    st.lists(_operands, min_size=4, max_size=4),
    st.sampled_from((*(1, 2, 3) * 4, 0, 4)),
    st.booleans(),
)


def _select(least: int) -> Drawn:
    return st.lists(_fields, min_size=least, max_size=2).map(lambda chosen: {"fields": chosen})


def _structured(
    sources: Drawn, select: Drawn, limits: tuple[int, ...], offsets: tuple[int, ...]
) -> Drawn:
    rest: Any = {
        "select": select,
        "limit": st.sampled_from(limits),
        "offset": st.sampled_from(offsets),
    }
    return st.builds(
        _query,
        sources,
        mostly(filters, st.none(), 2),
        _orders,
        st.fixed_dictionaries({}, optional={"start_at": _positions, "end_at": _positions}),
        st.fixed_dictionaries({}, optional=rest),
    )


def _query(
    source: list[Json], where: Json | None, orders: list[Json], bounds: Json, rest: Json
) -> Json:
    made = {"from": source, **rest}
    if orders:
        made["order_by"] = orders
    if where is not None:
        made["where"] = where
    paths = [order["field"]["field_path"] for order in orders]
    for name, (operands, size, before) in bounds.items():
        # Of four values one is too many more often than not: that is tried now and then.
        taken = size if size == len(operands) else min(size, len(paths))
        named = (*paths, *[NAME] * (taken - len(paths)))
        position = [_operand(path, each) for path, each in zip(named, operands, strict=False)]
        made[name] = {"values": position[:taken], "before": before}
    return made


structured: Drawn = _structured(_sources, _select(0), (*(1, 2, 3) * 4, 0, -1), (*(1, 2, 0) * 4, -1))
"""A query, of which most are served."""

# A negative number breaks the stream of Google's emulator, and zero hides other faults from it.
_watched: Drawn = _structured(_one.map(lambda one: [one]), _select(1), (1, 2, 3), (1, 2, 0))


def run_query(query: Json, parent: str, **parts: Any) -> Json:
    """A call that runs the query."""
    return {
        "rpc": "RunQuery",
        "request": {"parent": f"{ROOT}{parent}", "structured_query": query, **parts},
    }


runs: Drawn = st.builds(run_query, structured, parents)
watched: Drawn = _watched.map(lambda query: {"query": {"parent": ROOT, "structured_query": query}})
"""What a listener may watch."""

_counts: Drawn = st.one_of(
    st.just({"count": {}}),
    st.sampled_from(("1", "2", "1", "2", "0", "-1")).map(lambda most: {"count": {"up_to": most}}),
)
_measures: Drawn = st.builds(
    lambda kind, field: {kind: {"field": field}}, st.sampled_from(("sum", "avg")), _fields
)
_aggregations: Drawn = st.lists(
    st.builds(
        lambda part, alias: {**part, **({"alias": alias} if alias else {})},
        mostly(st.one_of(_counts, _measures), st.just({}), 20),
        st.sampled_from(("", "", "", "", "", "one", "two", "three", "`x`", "a.b", "__x__")),
    ),
    min_size=1,
    max_size=4,
)


def aggregate(query: Json, parent: str, aggregations: list[Json]) -> Json:
    """A call that aggregates what the query finds."""
    wanted = {"structured_query": query, "aggregations": aggregations}
    return {
        "rpc": "RunAggregationQuery",
        "request": {"parent": f"{ROOT}{parent}", "structured_aggregation_query": wanted},
    }


_all_of_a: Drawn = st.just({"from": [{"collection_id": "a"}]})
_plain: Drawn = mostly(_all_of_a, structured, 2)
aggregates: Drawn = st.builds(aggregate, _plain, parents, _aggregations)

_neighbours: Drawn = st.fixed_dictionaries(
    {
        "vector_field": st.sampled_from((*("a", "b") * 4, "m.a")).map(_field),
        "query_vector": st.sampled_from(values.VECTORS),
        "distance_measure": st.sampled_from(
            (*("EUCLIDEAN", "COSINE", "DOT_PRODUCT") * 3, "DISTANCE_MEASURE_UNSPECIFIED")
        ),
        "limit": st.sampled_from((1, 2, 3, 1000, 1, 2, 3, 0, 1001)),
    },
    optional={
        "distance_result_field": st.sampled_from(("d", "a", "d", "a", "m.d", "`", "__x__")),
        "distance_threshold": st.sampled_from((0.0, 1.0, 1.5, -1.0)),
    },
)
nearest: Drawn = st.builds(
    lambda wanted, query: run_query({**query, "find_nearest": wanted}, ""),
    _neighbours,
    _plain,
)
