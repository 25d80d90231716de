"""The floor of any grpc.aio server: takes bytes, answers nothing, holds no state.

What it reaches on a machine is all that an emulator could; the difference is the emulator's own.
"""

import asyncio
from typing import Any

import grpc

SERVICE = "google.firestore.v1.Firestore"


async def _nothing(_request: bytes, _context: Any) -> bytes:
    return b""


async def _serve() -> None:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    handlers: dict[str, Any] = {"Commit": grpc.unary_unary_rpc_method_handler(_nothing)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"FIRESTORE_EMULATOR_HOST=127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(_serve())
