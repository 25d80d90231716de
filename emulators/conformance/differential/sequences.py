"""Drawn sequences: some documents, then calls of one theme, then a look at all there is."""

from typing import Any

from hypothesis import strategies as st

from emulators.conformance.differential import queries, reads, values, writes
from emulators.conformance.differential.answers import DATABASE, ROOT
from emulators.conformance.differential.queries import filled, pooled, run_query
from emulators.conformance.differential.values import Drawn, mostly
from emulators.conformance.differential.wire import Json

EVERYTHING = run_query({"from": [{"all_descendants": True}]}, "")
"""All documents of the database, in the order of their names."""

now: Drawn = st.just({})


def _seed(held: Drawn, names: Drawn, size: int) -> Drawn:
    """A commit of some documents."""
    document = st.builds(
        lambda name, held: {"update": {"name": f"{ROOT}/{name}", "fields": held}}, names, held
    )
    return st.lists(
        document, min_size=1, max_size=size, unique_by=lambda write: write["update"]["name"]
    ).map(writes.commit)


def _with(operations: Drawn, parts: Drawn) -> Drawn:
    """The same calls, with something more in their requests."""
    return st.builds(
        lambda operation, more: {**operation, "request": {**operation["request"], **more}},
        operations,
        parts,
    )


def _sequence(*parts: Drawn, pool: Drawn | None = None) -> Drawn:
    """All operations of the parts, of which some are single; about values from the pool."""
    return st.builds(
        lambda pool, drawn: filled(
            [each for part in drawn for each in (part if isinstance(part, list) else [part])], pool
        ),
        st.lists(
            pool if pool is not None else mostly(values.scalars, values.telling, 2),
            min_size=2,
            max_size=5,
        ),
        st.tuples(*parts),
    )


_names: Drawn = st.one_of(values.more_documents, values.documents)
_any_seed: Drawn = _seed(values.fields(values.values), values.documents, 3)
_some: Drawn = _seed(
    values.fields(values.scalars, st.sampled_from(("a", "b"))), values.documents, 3
)
_held: Drawn = st.dictionaries(
    st.sampled_from(("a", "b", "m", "a.b")),
    mostly(
        pooled,
        st.dictionaries(st.sampled_from(("a", "b")), pooled, max_size=2).map(
            lambda held: {"map_value": {"fields": held}}
        ),
        times=2,
    ),
    max_size=4,
)

writing: Drawn = _sequence(
    _any_seed,
    st.lists(mostly(writes.writing, reads.gets(now), 2), min_size=1, max_size=5),
    st.just(EVERYTHING),
)
"""Changes of every kind, and what they make of the documents."""

querying: Drawn = _sequence(
    _seed(_held, _names, 8),
    st.lists(mostly(queries.runs, queries.aggregates, 4), min_size=2, max_size=6),
    pool=mostly(values.telling, values.values, 1),
)
"""Documents whose fields have values of a small pool, and queries for them."""

measuring: Drawn = _sequence(
    _seed(_held, values.more_documents, 8),
    st.lists(st.one_of(queries.aggregates, queries.nearest), min_size=2, max_size=5),
    pool=mostly(values.numbers, st.one_of(values.vectors, values.scalars), 1),
)
"""Aggregations over numbers, and nearest neighbours among vectors."""

_now_or_then: Drawn = mostly(now, reads.past, 2)
listing: Drawn = _sequence(
    _seed(values.fields(values.scalars), _names, 8),
    st.lists(writes.commits, max_size=2),
    st.lists(
        mostly(st.one_of(reads.listings(_now_or_then), reads.ids(_now_or_then)), reads.partitions),
        min_size=2,
        max_size=5,
    ),
)
"""Listings now and at an earlier time, of documents that come and go."""

looking_back: Drawn = _sequence(
    _seed(_held, values.documents, 3),
    writes.commits,
    st.lists(
        st.one_of(
            writes.commits,
            _seed(_held, values.documents, 2),
            reads.gets(reads.past),
            reads.listings(reads.past),
            reads.ids(reads.past),
            _with(queries.runs, reads.past),
            _with(queries.aggregates, reads.past),
            _with(st.just(EVERYTHING), reads.past),
        ),
        min_size=2,
        max_size=6,
    ),
)
"""Changes, and reads of what was before them."""

_options: Drawn = st.one_of(
    st.just({}),
    st.just({"read_write": {}}),
    st.just({"read_only": {}}),
    st.builds(lambda time: {"read_only": {"read_time": time}}, writes.times),
)
_transaction: Drawn = mostly(
    st.integers(0, 3).map(lambda nth: {"transaction": {"$": "transaction", "nth": nth}}),
    st.just({"transaction": "AAAA"}),
    times=20,
)
_beginning: Drawn = _options.map(lambda options: {"new_transaction": options})
_in_one: Drawn = mostly(_transaction, _beginning, 3)


def _call(rpc: str, parts: Json) -> Json:
    return {"rpc": rpc, "request": {"database": DATABASE, **parts}}


_begins: Drawn = _options.map(lambda options: _call("BeginTransaction", {"options": options}))

transacting: Drawn = _sequence(
    _some,
    _begins,
    st.lists(
        st.one_of(
            _begins,
            reads.gets(_transaction),
            reads.batches(_in_one),
            _with(queries.runs, _in_one),
            _with(queries.aggregates, _in_one),
            reads.listings(_transaction),
            _with(st.lists(writes.any_writes, max_size=2).map(writes.commit), _transaction),
            _with(st.lists(writes.writes, max_size=2).map(writes.commit), _transaction),
            _transaction.map(lambda number: _call("Rollback", number)),
            writes.commits,
        ),
        min_size=2,
        max_size=8,
    ),
    st.just(EVERYTHING),
)
"""Transactions that meet nobody: begun, read in, ended, and used when they are over."""

_targets: Drawn = st.one_of(
    queries.watched,
    st.lists(values.documents, min_size=1, max_size=2).map(
        lambda paths: {"documents": {"documents": [f"{ROOT}/{path}" for path in paths]}}
    ),
)
_hears = {"listener": "one"}
watching: Drawn = _sequence(
    _seed(_held, values.documents, 4),
    st.builds(lambda target: [{**_hears, "target": target}, _hears], _targets),
    st.lists(
        st.one_of(
            _seed(_held, values.documents, 2),
            writes.commits,
            st.just(_hears),
            st.just({**_hears, "resume": True}),
        ),
        min_size=1,
        max_size=8,
    ),
    st.just(_hears),
)
"""A listener, changes, and what it has been told after some."""

THEMES: dict[str, Any] = {
    "writing": writing,
    "querying": querying,
    "measuring": measuring,
    "listing": listing,
    "looking back": looking_back,
    "transacting": transacting,
    "watching": watching,
}
"""Every kind of sequence by name."""

sequences: Drawn = st.one_of(*THEMES.values())
"""A sequence of any kind."""
