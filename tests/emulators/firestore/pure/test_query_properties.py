"""Random queries over random documents, against a filter and a sort written without ours."""

from functools import cmp_to_key
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.firestore.messages import Filter
from tests.emulators.firestore.pure.making import cursor, either, query, record, where

FIELDS = ("x", "y", "m.z")
# Several of each type, few enough that documents often agree.
PLAIN = st.one_of(
    st.none(), st.booleans(), st.sampled_from([float("nan"), -1, 0, 1, 1.5, 2, 2.0, 2**53 + 1]),
    st.sampled_from(["", "a", "b", "ä", "😀"]), st.sampled_from([b"", b"a"]),
    st.lists(st.sampled_from([None, 1, 2, "a"]), max_size=2),
)  # fmt: skip
DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"x": PLAIN, "y": PLAIN, "m": st.fixed_dictionaries({}, optional={"z": PLAIN})}
    ),
    max_size=10,
)
OPS = ["==", "!=", "<", "<=", ">", ">=", "in", "not-in", "array-contains", "array-contains-any"]
LISTS = ("in", "not-in", "array-contains-any")
MISSING = object()

Leaf = tuple[str, str, Any]
Tree = list[list[Leaf]]
Order = list[tuple[str, int]]


@st.composite
def leaves(draw: Any) -> Leaf:
    op = draw(st.sampled_from(OPS))
    operand = draw(st.lists(PLAIN, min_size=1, max_size=3) if op in LISTS else PLAIN)
    return draw(st.sampled_from(FIELDS)), op, operand


def rank(plain: Any) -> int:
    if isinstance(plain, float) and plain != plain:  # noqa: PLR0124 (only NaN differs from itself)
        return 2
    kinds: list[Any] = [type(None), bool, complex, (int, float), str, bytes, list]
    return next(place for place, kind in enumerate(kinds) if isinstance(plain, kind))


def compare(one: Any, other: Any) -> int:
    """The order of two plain values, by cases and on encoded bytes."""
    if rank(one) != rank(other):
        return rank(one) - rank(other)
    if isinstance(one, list):
        parts = [compare(a, b) for a, b in zip(one, other, strict=False)]
        return next((part for part in parts if part), len(one) - len(other))
    if rank(one) in (0, 2):
        return 0
    if isinstance(one, str):
        one, other = one.encode(), other.encode()
    return int(one > other) - int(one < other)


def at(document: Any, path: str) -> Any:
    for segment in path.split("."):
        if not isinstance(document, dict) or segment not in document:
            return MISSING
        document = document[segment]
    return document


def same(one: Any, other: Any) -> bool:
    return rank(one) not in (0, 2) and compare(one, other) == 0


def matches(document: Any, leaf: Leaf) -> bool:  # noqa: PLR0911 (one case an operator)
    path, op, operand = leaf
    held = at(document, path)
    if held is MISSING:
        return False
    if op == "==":
        return same(held, operand)
    if op == "!=":
        return None not in (held, operand) and not same(held, operand)
    if op == "in":
        return any(same(held, one) for one in operand)
    if op == "not-in":
        return held is not None and all(one is not None and not same(held, one) for one in operand)
    if op == "array-contains":
        return isinstance(held, list) and any(same(operand, one) for one in held)
    if op == "array-contains-any":
        return isinstance(held, list) and any(same(a, b) for a in operand for b in held)
    if rank(operand) in (0, 2) or rank(held) != rank(operand):
        return False
    side = compare(held, operand)
    return {"<": side < 0, "<=": side <= 0, ">": side > 0, ">=": side >= 0}[op]


def naive(documents: list[Any], tree: Tree, order: Order) -> list[int]:
    """The numbers of the documents that match an AND of ORs, in order."""
    found = [
        n
        for n, one in enumerate(documents)
        if all(any(matches(one, leaf) for leaf in ors) for ors in tree)
    ]
    found = [n for n in found if all(at(documents[n], path) is not MISSING for path, _ in order)]

    def by(a: int, b: int) -> int:
        for path, sign in order:
            side = compare(at(documents[a], path), at(documents[b], path))
            if side:
                return sign * side
        return (order[-1][1] if order else 1) * (a - b)

    return sorted(found, key=cmp_to_key(by))


def implied(tree: Tree, order: Order) -> Order:
    ranges = {path for ors in tree for path, op, _ in ors if op in (*OPS[1:6], "not-in")}
    added = sorted(ranges - {path for path, _ in order}, key=lambda path: path.split("."))
    return [*order, *((path, order[-1][1] if order else 1) for path in added)]


def allowed(tree: Tree) -> bool:
    ops = [op for ors in tree for _, op, _ in ors]
    negations = ops.count("!=") + ops.count("not-in")
    containments = ops.count("array-contains") + ops.count("array-contains-any")
    others = "in" in ops or "array-contains-any" in ops or any(len(ors) > 1 for ors in tree)
    return negations <= 1 and containments <= 1 and not ("not-in" in ops and others)


TREES = st.lists(st.lists(leaves(), min_size=1, max_size=2), max_size=2).filter(allowed)


def orders(fewest: int) -> st.SearchStrategy[list[tuple[str, int]]]:
    order = st.tuples(st.sampled_from(FIELDS), st.sampled_from([1, -1]))
    return st.lists(order, min_size=fewest, max_size=2, unique_by=lambda one: one[0])


def filters(tree: Tree) -> list[Filter]:
    parts = [[where(*leaf) for leaf in ors] for ors in tree]
    return [either(*ors) if len(ors) > 1 else ors[0] for ors in parts]


@given(DOCUMENTS, TREES, orders(0), st.integers(0, 3), st.none() | st.integers(0, 3))
@settings(max_examples=250, deadline=None)
def test_a_query_finds_what_a_naive_filter_and_sort_find(
    documents: list[Any], tree: Any, order: Any, offset: int, limit: int | None
) -> None:
    found = [record(f"c/d{n}", one) for n, one in enumerate(documents)]
    names = [("-" if sign < 0 else "") + path for path, sign in order]
    parts: dict[str, Any] = {} if limit is None else {"limit": limit}
    made = query(*filters(tree), order=names, offset=offset, **parts)
    wanted = naive(documents, tree, implied(tree, order))
    end = None if limit is None else offset + limit
    assert [int(one.name.document_id[1:]) for one in made.run(found[::-1])] == wanted[offset:end]
    assert {n for n, one in enumerate(found) if made.covers(one)} == set(wanted)


@given(DOCUMENTS, orders(1), PLAIN, st.booleans(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_a_cursor_cuts_where_a_naive_comparison_does(
    documents: list[Any], order: Any, position: Any, before: bool, start: bool
) -> None:
    found = [record(f"c/d{n}", one) for n, one in enumerate(documents)]
    names = [("-" if sign < 0 else "") + path for path, sign in order]
    mark: dict[str, Any] = {"start_at" if start else "end_at": cursor(position, before=before)}
    path, sign = order[0]

    def kept(number: int) -> bool:
        side = sign * compare(at(documents[number], path), position)
        return (side == 0 and before is start) or (side > 0 if start else side < 0)

    wanted = [number for number in naive(documents, [], order) if kept(number)]
    made = query(order=names, **mark)
    assert [int(one.name.document_id[1:]) for one in made.run(found)] == wanted
