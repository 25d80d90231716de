"""`python -m benchmarks.load`: senders of signed webhooks, in a process of their own.

Reads one JSON order a line, `{"port", "senders", "count", "seed"}`, and answers one a line. Each
sender waits for its answer before it sends again, over a connection that it keeps. Bodies are made
and signed before the clock starts.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from emulators.gateway.credentials import ACCOUNT_ID, APP_SECRET
from emulators.instagram.signing import signature_headers, wire_bytes


def main() -> None:
    """Carry out orders until the input ends."""
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asyncio.run(_carried_out(json.loads(line)))), flush=True)


async def _carried_out(order: dict[str, int]) -> dict[str, object]:
    now = int(time.time() * 1000)  # noqa: TID251 (the sender's own clock, as Meta's)
    requests = iter([post(order["seed"], n, now) for n in range(order["count"])])
    seconds: list[float] = []
    statuses: dict[str, int] = {}
    started = time.perf_counter()
    senders = [_sender(order["port"], requests, seconds, statuses) for _ in range(order["senders"])]
    await asyncio.gather(*senders)
    took = time.perf_counter() - started
    return {"took": took, "seconds": seconds, "statuses": statuses}


async def _sender(
    port: int, requests: Iterator[bytes], seconds: list[float], statuses: dict[str, int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        status = await _answer(reader)
        seconds.append(time.perf_counter() - started)
        statuses[status] = statuses.get(status, 0) + 1
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
    return head.split(b" ", 2)[1].decode()


def post(seed: int, number: int, now_ms: int) -> bytes:
    """One person's message as Meta posts it: 160 bytes of mid, a sentence of text."""
    person = str(1_000_000_000_000_000 + (seed * 7919 + number) % 50_000)
    mid = f"aWdfZAG1faXRlbToxOk{seed:08d}{number:08d}".ljust(160, "Z")
    message = {"mid": mid, "text": f"Hello, is there a table for {number % 9 + 1} tonight?"}
    item = {"sender": {"id": person}, "recipient": {"id": ACCOUNT_ID}, "timestamp": now_ms}
    entry = {"time": now_ms, "id": ACCOUNT_ID, "messaging": [{**item, "message": message}]}
    body = wire_bytes({"object": "instagram", "entry": [entry]})
    headers = {
        "Host": "127.0.0.1",
        "User-Agent": "Webhooks/1.0 (https://fb.me/webhooks)",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **signature_headers(body, APP_SECRET),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body


if __name__ == "__main__":
    main()
