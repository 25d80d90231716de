"""Drawn writes, and the calls that carry them."""

from typing import Any

from hypothesis import strategies as st

from emulators.conformance.differential import values
from emulators.conformance.differential.answers import DATABASE, ROOT
from emulators.conformance.differential.values import Drawn, mostly
from emulators.conformance.differential.wire import Json
from emulators.firestore.history import RETENTION

LONG_AGO = -720 * RETENTION  # Google's emulator keeps more than an hour

times: Drawn = st.fixed_dictionaries(
    {"$": st.just("time"), "nth": st.integers(0, 4)},
    optional={"plus": st.sampled_from((-1, 1, -1, 1, -1, 1, LONG_AGO))},
)
"""The instant of an earlier commit, one just beside it, or one of which nothing is kept."""

_preconditions: Drawn = st.one_of(
    st.builds(lambda wanted: {"exists": wanted}, st.booleans()),
    st.builds(lambda time: {"update_time": time}, times),
)
_arrays: Drawn = st.lists(values.scalars | values.values, max_size=3).map(
    lambda elements: {"values": elements}
)
_kinds: Drawn = st.one_of(
    st.just({"set_to_server_value": "REQUEST_TIME"}),
    *(
        st.builds(lambda number, kind=kind: {kind: number}, values.numbers)
        for kind in ("increment", "maximum", "minimum")
    ),
    st.builds(lambda elements: {"append_missing_elements": elements}, _arrays),
    st.builds(lambda elements: {"remove_all_from_array": elements}, _arrays),
)
_odd_kinds: Drawn = st.one_of(
    _kinds,
    st.builds(
        lambda value, kind: {kind: value}, values.values, st.sampled_from(("increment", "maximum"))
    ),
    st.just({"set_to_server_value": "SERVER_VALUE_UNSPECIFIED"}),
    st.just({}),
    st.builds(lambda value: {"append_missing_elements": {"values": [value]}}, values.odd_values),
)


def _transforms(paths: Drawn, kinds: Drawn) -> Drawn:
    one = st.builds(lambda path, kind: {"field_path": path, **kind}, paths, kinds)
    return st.lists(one, min_size=1, max_size=3)


def _write(names: Drawn, held: Drawn, paths: Drawn, kinds: Drawn) -> Drawn:
    """One write of any kind."""
    update = st.fixed_dictionaries(
        {"update": st.builds(_document, names, held)},
        optional={
            "update_mask": st.lists(paths, max_size=3).map(_mask),
            "update_transforms": _transforms(paths, kinds),
            "current_document": _preconditions,
        },
    )
    plain = st.builds(lambda name, held: {"update": _document(name, held)}, names, held)
    delete = st.fixed_dictionaries(
        {"delete": names.map(lambda name: f"{ROOT}/{name}")},
        optional={"current_document": _preconditions},
    )
    transform = st.fixed_dictionaries(
        {
            "transform": st.builds(
                lambda name, made: {"document": f"{ROOT}/{name}", "field_transforms": made},
                names,
                _transforms(paths, kinds),
            )
        },
        optional={"current_document": _preconditions},
    )
    return st.one_of(plain, update, delete, transform)


def _document(name: str, held: Json) -> Json:
    return {"name": f"{ROOT}/{name}", "fields": held}


def _mask(paths: list[str]) -> Json:
    return {"field_paths": paths}


writes: Drawn = _write(values.documents, values.fields(values.values), values.paths, _kinds)
odd_writes: Drawn = st.one_of(
    _write(values.documents, values.odd_fields, values.paths, _kinds),
    _write(values.documents, values.fields(values.values), values.odd_paths, _kinds),
    _write(values.documents, values.fields(values.values), values.paths, _odd_kinds),
    _write(values.odd_documents, values.fields(values.scalars), values.paths, _kinds),
    st.just({}),
)
any_writes: Drawn = mostly(writes, odd_writes, 6)


def commit(made: list[Json], **parts: Any) -> Json:
    """A call that makes these writes, all or none."""
    return {"rpc": "Commit", "request": {"database": DATABASE, "writes": made, **parts}}


commits: Drawn = st.lists(any_writes, min_size=1, max_size=3).map(commit)
_batches: Drawn = st.lists(any_writes, min_size=1, max_size=4).map(
    lambda made: {"rpc": "BatchWrite", "request": {"database": DATABASE, "writes": made}}
)


def _creation(parent: str, collection: str, name: str, held: Json) -> Json:
    request = {
        "parent": f"{ROOT}{parent}",
        "collection_id": collection,
        "document_id": name,
        "document": {"fields": held},
    }
    return {"rpc": "CreateDocument", "request": request}


_parents: Drawn = st.sampled_from(("", "/a/x", "/a", "/a/y/b/z", "/"))
_creations: Drawn = st.builds(
    _creation,
    _parents,
    st.sampled_from(("a", "b", "a", "b", "", "a/b", "__a__")),
    st.sampled_from((*values.IDS, *values.ODD_IDS[1:])),
    mostly(values.fields(values.values), values.odd_fields, 3),
)


masks: Drawn = st.lists(mostly(values.paths, values.odd_paths), max_size=3).map(_mask)

_updates: Drawn = st.builds(
    lambda name, held, parts: {
        "rpc": "UpdateDocument",
        "request": {"document": _document(name, held), **parts},
    },
    values.documents,
    values.fields(values.values),
    st.fixed_dictionaries(
        {}, optional={"update_mask": masks, "mask": masks, "current_document": _preconditions}
    ),
)
_deletions: Drawn = st.builds(
    lambda name, parts: {"rpc": "DeleteDocument", "request": {"name": f"{ROOT}/{name}", **parts}},
    mostly(values.documents, values.odd_documents, 3),
    st.fixed_dictionaries({}, optional={"current_document": _preconditions}),
)
writing: Drawn = mostly(commits, st.one_of(_batches, _creations, _updates, _deletions), 1)
"""Any call that changes documents."""
