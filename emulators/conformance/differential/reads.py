"""Drawn reads by name, listings and partitions."""

from typing import Any

from hypothesis import strategies as st

from emulators.conformance.differential import queries, values
from emulators.conformance.differential.answers import DATABASE, ROOT
from emulators.conformance.differential.values import Drawn, mostly
from emulators.conformance.differential.wire import Json
from emulators.conformance.differential.writes import masks, times

_parents: Drawn = st.sampled_from(("", "", "/a/x", "/a/y", "/b/x", "/a/y/b/z"))
_collections: Drawn = st.sampled_from(("a", "a", "b", "a/x/b", "missing"))
_odd_collections: Drawn = st.sampled_from(("", "__a__", "a/x", ".", "é"))
_ORDERS = ("", "a", "a desc", "b,a desc", "a asc, __name__", "m.a DESC", "`c d`  desc")
_ODD_ORDERS = ("__name__ desc", "a up", ",", "a,", " a", "a..b")
_sizes: Drawn = st.sampled_from((1, 2, 3, 1, 2, 0, -1))

past: Drawn = st.builds(lambda time: {"read_time": time}, times)
"""What makes a read one of the past."""


def _name(path: str) -> str:
    return f"{ROOT}/{path}"


def gets(consistency: Drawn) -> Drawn:
    """Reads by name, of one document or of several."""
    one = st.builds(
        lambda path, parts: {"rpc": "GetDocument", "request": {"name": _name(path), **parts}},
        mostly(values.documents, values.odd_documents, 3),
        _parts(consistency, mask=masks),
    )
    return st.one_of(one, batches(consistency))


def batches(consistency: Drawn) -> Drawn:
    """Reads of several documents by name."""
    return st.builds(
        lambda paths, parts: {
            "rpc": "BatchGetDocuments",
            "request": {"database": DATABASE, "documents": list(map(_name, paths)), **parts},
        },
        # Without documents Google's emulator knows no answer.
        st.lists(values.documents, min_size=1, max_size=4),
        _parts(consistency, mask=masks),
    )


def listings(consistency: Drawn) -> Drawn:
    """Lists of documents, page by page."""
    return st.builds(
        lambda parent, collection, parts: {
            "rpc": "ListDocuments",
            "pages": True,
            "request": {"parent": _at(parent), "collection_id": collection, **parts},
        },
        mostly(_parents, queries.odd_parents),
        mostly(_collections, _odd_collections),
        _parts(
            consistency,
            mask=masks,
            page_size=_sizes,
            show_missing=st.booleans(),
            order_by=mostly(st.sampled_from(_ORDERS), st.sampled_from(_ODD_ORDERS)),
        ),
    )


def ids(consistency: Drawn) -> Drawn:
    """Lists of collections."""
    return st.builds(
        lambda parent, parts: {
            "rpc": "ListCollectionIds",
            "pages": True,
            "request": {"parent": _at(parent), **parts},
        },
        mostly(_parents, queries.odd_parents),
        _parts(consistency, page_size=_sizes),
    )


def _partition(parent: str, collection: str, parts: Json) -> Json:
    order = {"field": {"field_path": queries.NAME}, "direction": "ASCENDING"}
    query = {"from": [{"collection_id": collection, "all_descendants": True}], "order_by": [order]}
    return {
        "rpc": "PartitionQuery",
        "pages": True,
        "request": {"parent": _at(parent), "structured_query": query, **parts},
    }


partitions: Drawn = st.builds(
    _partition,
    _parents,
    st.sampled_from(("a", "b")),
    st.fixed_dictionaries(
        {"partition_count": st.sampled_from(("1", "2", "5", "0", "-1"))},
        optional={"page_size": _sizes, "read_time": times},
    ),
)


def _at(parent: str) -> str:
    return f"{ROOT}{parent}"


def _parts(consistency: Drawn, **optional: Drawn) -> Drawn:
    """The request's optional parts, and in which transaction or at which time it reads."""
    parts: Any = st.fixed_dictionaries({}, optional=optional)
    return st.builds(lambda some, when: {**some, **when}, parts, consistency)
