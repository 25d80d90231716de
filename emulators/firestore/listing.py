"""The RPCs that list what there is: documents of a collection, ids of collections."""

import re

from google.protobuf.message import Message

from emulators.firestore.engine import Engine
from emulators.firestore.identifiers import invalid
from emulators.firestore.messages import (
    Document,
    ListCollectionIdsRequest,
    ListCollectionIdsResponse,
    ListDocumentsRequest,
    ListDocumentsResponse,
    StructuredQuery,
)
from emulators.firestore.names import parse_parent, reference_key
from emulators.firestore.predicates import Predicate
from emulators.firestore.projection import project, requested_mask
from emulators.firestore.query import compile_query
from emulators.firestore.tickets import Ticket
from emulators.firestore.views import Reading, View

Answer = Ticket[list[Message]]

DEFAULT_PAGE = 100
"""How many items a page holds when the request does not say."""

_ORDER = re.compile(r"((?:`(?:[^`\\]|\\.)*`|[^\s,`])+)(?:\s+(asc|desc)\b)?", re.IGNORECASE)
_ORDERS = re.compile(rf"{_ORDER.pattern}(?:\s*,\s*{_ORDER.pattern})*", re.IGNORECASE)
_LONGEST_TOKEN = 18  # digits: no page begins later


def list_documents(engine: Engine, request: ListDocumentsRequest, caller: str) -> Answer:
    """A page of a collection's documents, in the order that the request gives."""
    if request.show_missing and request.order_by:
        raise invalid("cannot specify an order when show_missing is true")
    if request.show_missing and not request.collection_id:
        raise invalid("collection id must be set when show_missing is true")
    query = compile_query(request.parent, _as_query(request))
    offset = _offset(request.page_token)
    size = _size(request.page_size)
    mask = requested_mask(request)

    def answer(view: View) -> list[Message]:
        found = query.run(view.scan(query.scope))
        view.found(found)
        documents = [record.document for record in found]
        if request.show_missing:
            documents = _with_missing(documents, request, view)
        page = documents[offset : offset + size]
        engine.counts.add(caller, reads=max(1, len(page)))
        response = ListDocumentsResponse()
        response.documents.extend(project(each, mask) for each in page)
        if offset + size < len(documents):
            response.next_page_token = str(offset + size)
        return [response]

    predicate = Predicate(query)
    return engine.read(Reading(query.scope.database, request, caller, answer, (), predicate))


def list_collection_ids(engine: Engine, request: ListCollectionIdsRequest, caller: str) -> Answer:
    """The ids of the collections right under a document, or under the root."""
    database, parent = parse_parent(request.parent)
    size = _size(request.page_size)

    def answer(view: View) -> list[Message]:
        engine.counts.add(caller, reads=1)
        paths = view.collections(database)
        under = {path[len(parent)] for path in paths if path[: len(parent)] == parent}
        ids = sorted(each for each in under if each > request.page_token)
        response = ListCollectionIdsResponse(collection_ids=ids[:size])
        if len(ids) > size:
            response.next_page_token = ids[size - 1]
        return [response]

    return engine.read(Reading(database, request, caller, answer))


def _as_query(request: ListDocumentsRequest) -> StructuredQuery:
    source = StructuredQuery()
    source.from_.add(collection_id=request.collection_id)
    if request.order_by and not _ORDERS.fullmatch(request.order_by):
        raise invalid(f'Invalid order by clause "{request.order_by}".')
    for path, direction in _ORDER.findall(request.order_by):
        order = source.order_by.add()
        order.field.field_path = path
        order.direction = (
            StructuredQuery.DESCENDING if direction.lower() == "desc" else StructuredQuery.ASCENDING
        )
    return source


def _size(wanted: int) -> int:
    if wanted < 0:
        raise invalid("The page size must not be negative.")
    return wanted or DEFAULT_PAGE


def _offset(token: str) -> int:
    if token and not (token.isdecimal() and len(token) <= _LONGEST_TOKEN):
        raise invalid("The page token is not one that this server made.")
    return int(token or 0)


def _with_missing(
    documents: list[Document], request: ListDocumentsRequest, view: View
) -> list[Document]:
    """The documents, and the names of those that exist only as parents of others."""
    database, parent = parse_parent(request.parent)
    above = (*parent, request.collection_id)
    there = {document.name for document in documents}
    paths = (path for path in view.collections(database) if path[: len(above)] == above)
    prefix = f"{request.parent}/{request.collection_id}"
    under = {f"{prefix}/{path[len(above)]}" for path in paths if len(path) > len(above)}
    missing = [Document(name=name) for name in under - there]
    return sorted([*documents, *missing], key=lambda document: reference_key(document.name))
