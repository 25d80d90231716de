"""Which values, field paths and names are drawn: few enough to meet, odd enough to matter."""

import base64
from typing import Any

from hypothesis import strategies as st

from emulators.conformance.differential.answers import ROOT
from emulators.conformance.differential.wire import Json

Drawn = st.SearchStrategy[Any]


def mostly(usual: Drawn, odd: Drawn, times: int = 9) -> Drawn:
    """The usual so many times, and once the odd; a strategy named twice in `one_of` counts once."""
    return st.sampled_from([usual] * times + [odd]).flatmap(lambda chosen: chosen)


def _all(kind: str, *values: object) -> list[Json]:
    return [{kind: value} for value in values]


def _map(**fields: Json) -> Json:
    return {"map_value": {"fields": fields} if fields else {}}


def _array(*values: Json) -> Json:
    return {"array_value": {"values": list(values)} if values else {}}


def vector(*numbers: float) -> Json:
    """A vector as documents hold it."""
    elements = _array(*({"double_value": number} for number in numbers))
    return _map(__type__={"string_value": "__vector__"}, value=elements)


def reference(path: str) -> Json:
    """A reference into the sequence's own database."""
    return {"reference_value": f"{ROOT}/{path}"}


INTEGERS = _all(
    "integer_value",
    *map(str, (0, 1, 2, 3, -1, 7, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63))),
)
DOUBLES = _all(
    "double_value",
    *(0.0, -0.0, 1.0, 2.0, 3.0, 0.1, 1.5, -1.5, 2.0**53, 2.0**63, -(2.0**63), 5e-324, 1.7e308),
    *(-1.7e308, "Infinity", "-Infinity", "NaN"),
)
NUMBERS = [*INTEGERS, *DOUBLES]
TIMESTAMPS = _all(
    "timestamp_value",
    *("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z"),
    *("2020-02-29T12:00:00.000001Z", "2020-02-29T12:00:00.000001001Z"),
    *("2020-02-29T12:00:00.000001999Z", "2020-02-29T12:00:00.000002Z"),
    "9999-12-31T23:59:59.999999999Z",
)
TEXTS = _all(
    "string_value", "", "a", "b", "ab", "B", "é", "e\u0301", "\uffff", "😀", "\0", "a\0", "1"
)
BYTES = _all(
    "bytes_value", *(base64.b64encode(raw).decode() for raw in (b"", b"\0", b"a", b"\xff"))
)
REFERENCES = [
    *(
        reference(path)
        for path in ("a/x", "a/y", "a/__id7__", "a/__id12__", "b/x", "a/x/b/y", "a/é")
    ),
    {"reference_value": "projects/p/databases/other/documents/a/x"},
    {"reference_value": "projects/zz/databases/(default)/documents/a/x"},
]
PLACES = [
    {"geo_point_value": {"latitude": latitude, "longitude": longitude}}
    for latitude, longitude in ((0, 0), (-0.0, 0), (1.5, -2.5), (1.5, 2.5), (-90, 180), (90, -180))
]
SCALARS = [
    {"null_value": None},
    {"boolean_value": False},
    {"boolean_value": True},
    *NUMBERS,
    *TIMESTAMPS,
    *TEXTS,
    *BYTES,
    *REFERENCES,
    *PLACES,
]
VECTORS = [vector(1, 2), vector(1, 3), vector(0, 0), vector(-1), vector(1, 2, 3)]
_ODD_VECTORS = [
    _map(__type__={"string_value": "__vector__"}, value=_array({"integer_value": "1"})),
    _map(__type__={"string_value": "__vector__"}, value=_array({"string_value": "a"})),
    _map(__type__={"string_value": "__vector__"}, value=_array()),
    _map(__type__={"string_value": "__vector__"}),
    _map(__type__={"string_value": "other"}),
    _map(value=_array({"double_value": 1.0})),
]
_WRONG = [
    {"reference_value": "a/x"},
    {"reference_value": f"{ROOT}/a"},
    {"reference_value": ""},
    {"geo_point_value": {"latitude": 91, "longitude": 0}},
    {"geo_point_value": {"latitude": 0, "longitude": -180.5}},
    {"geo_point_value": {"latitude": "NaN", "longitude": 0}},
    _array(_array()),
    _map(a=_array(_array({"integer_value": "1"}))),
    *({"$": "deep", "maps": maps} for maps in (19, 20, 21)),
    *({"string_value": {"$": "text", "length": size}} for size in (1_500, 1_501, 1_048_487)),
    {"string_value": {"$": "text", "length": 1_048_488}},
    {"bytes_value": {"$": "text", "length": 4}},
    {},
]

NAMES = ("a", "b", "m", "a.b", "c d", "é", "`", "\\", "0")
_ODD_NAMES = ("", "__x__", "__name__", "__", "_a_", "😀", "a/b", "*", "~")

scalars: Drawn = st.sampled_from(SCALARS)
vectors: Drawn = st.sampled_from(VECTORS)
numbers: Drawn = st.sampled_from(NUMBERS)


def _arrays(elements: Drawn) -> Drawn:
    return st.lists(elements, max_size=4).map(lambda values: _array(*values))


def fields(values: Drawn, names: Drawn | None = None) -> Drawn:
    """The fields of a document or a map."""
    return st.dictionaries(
        names if names is not None else st.sampled_from(NAMES), values, max_size=4
    )


def _maps(values: Drawn) -> Drawn:
    return fields(values).map(lambda held: _map(**held))


_flat: Drawn = mostly(scalars, st.one_of(_arrays(scalars), _maps(scalars)), 2)
_deep: Drawn = st.one_of(
    _arrays(_maps(scalars) | scalars),
    _maps(_flat),
    vectors,
)
values: Drawn = mostly(scalars, _deep, 2)
"""What a document may hold."""

telling: Drawn = st.sampled_from(
    [
        *({"null_value": None}, {"double_value": "NaN"}, {"integer_value": "1"}),
        *({"double_value": 1.0}, {"double_value": -0.0}, {"integer_value": "0"}),
        *({"string_value": ""}, _array(), _array({"null_value": None}), _map()),
        *(_array({"integer_value": "1"}), _map(a={"integer_value": "1"}), VECTORS[0]),
    ]
)
"""Values that are easily taken for one another, or compared as others are not."""

odd_values: Drawn = st.sampled_from([*_ODD_VECTORS, *_WRONG])
"""What a document may perhaps not hold."""

odd_fields: Drawn = st.dictionaries(
    st.sampled_from([*NAMES, *_ODD_NAMES]), st.one_of(values, odd_values), min_size=1, max_size=2
)

PATHS = ("a", "b", "m", "m.a", "m.b", "m.m.a", "`a.b`", "`c d`", "`é`", "`\\``", "`\\\\`", "`0`")
ODD_PATHS = (
    *("", ".", "a.", ".a", "a..b", "`", "``", "`a", "a`b`", "a b", "0", "é", "*", "a-b", "`a`"),
    *("__name__", "__x__", "`__x__`", "m.__x__", "`__name__`", "a.`b`.c"),
)
paths: Drawn = st.sampled_from(PATHS)
odd_paths: Drawn = st.sampled_from([*ODD_PATHS, *PATHS])

COLLECTIONS = ("a", "b", "a/x/a", "a/x/b", "b/x/b", "a/y/b/z/a")
IDS = ("x", "y", "z", "é", "X", "__id7__", "__id12__", "__id-1__", "10", "9")
ODD_IDS = (
    "",
    ".",
    "..",
    "__x__",
    "__id7",
    "__id__",
    "__id99999999999999999999__",
    "a/b",
    " ",
    "a/b/c",
)

documents: Drawn = st.builds(
    "/".join, st.tuples(st.sampled_from(COLLECTIONS), st.sampled_from(IDS[:5]))
)
"""Paths of documents that meet often."""

more_documents: Drawn = st.builds(
    "/".join, st.tuples(st.sampled_from(COLLECTIONS[:3]), st.sampled_from(IDS))
)
odd_documents: Drawn = st.builds(
    "/".join,
    st.tuples(
        st.sampled_from([*COLLECTIONS, "__a__", "", ".", "é"]), st.sampled_from([*IDS, *ODD_IDS])
    ),
)
