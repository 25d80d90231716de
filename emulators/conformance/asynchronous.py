"""What the asynchronous client may rely on: the same service, through its other library."""

# ruff: noqa: D103 (a row's name is its sentence)

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import (
    AsyncClient,
    AsyncCollectionReference,
    AsyncTransaction,
    FieldFilter,
    Increment,
    async_transactional,
)

from emulators.conformance.behaviours import same

ROWS: list[Callable[["AsyncPlace"], Awaitable[None]]] = []


@dataclass(frozen=True, slots=True)
class AsyncPlace:
    """An asynchronous client and a collection of its own."""

    client: AsyncClient
    collection: AsyncCollectionReference


def async_place(client: AsyncClient) -> AsyncPlace:
    """A collection that nobody else uses."""
    return AsyncPlace(client, client.collection(f"conformance-{secrets.token_hex(6)}"))


@ROWS.append
async def documents_are_written_and_read(at: AsyncPlace) -> None:
    one = at.collection.document("one")
    await one.create({"n": 1, "m": {"a": [1, "b"]}})
    await one.update({"n": Increment(2), "m.c": None})
    same((await one.get()).to_dict(), {"n": 3, "m": {"a": [1, "b"], "c": None}})
    await one.delete()
    same((await one.get()).exists, False)


@ROWS.append
async def what_exists_is_not_created_again(at: AsyncPlace) -> None:
    one = at.collection.document("one")
    await one.create({})
    try:
        await one.create({})
    except AlreadyExists:
        return
    raise AssertionError("a second creation went through")


@ROWS.append
async def queries_and_batches_work(at: AsyncPlace) -> None:
    batch = at.client.batch()
    for number in range(5):
        batch.set(at.collection.document(str(number)), {"n": number})
    await batch.commit()
    query = at.collection.where(filter=FieldFilter("n", ">", 2)).order_by("n")
    same([found.get("n") async for found in query.stream()], [3, 4])
    same((await at.collection.count().get())[0][0].value, 5)
    found = at.client.get_all([at.collection.document("1"), at.collection.document("9")])
    same(sorted([each.exists async for each in found]), [False, True])


@ROWS.append
async def concurrent_transactions_all_count(at: AsyncPlace) -> None:
    one = at.collection.document("one")
    await one.set({"n": 0})

    @async_transactional
    async def increment(transaction: AsyncTransaction) -> None:
        n = (await one.get(transaction=transaction)).get("n")
        transaction.update(one, {"n": n + 1})

    await asyncio.gather(*(increment(at.client.transaction()) for _ in range(10)))
    same((await one.get()).get("n"), 10)
