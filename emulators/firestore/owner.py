"""Who may call: with rules that let no client in, the owner alone.

Google's emulator, told to keep our `firestore.rules`, answers nobody else. So does ours in the
local run, or a client of ours that does not say who it is would fail first on somebody's machine.
"""

from typing import Any

import grpc

OWNER = ("authorization", "Bearer owner")
"""What Google's clients say to an emulator (google-cloud-firestore, base_client.py)."""


class OwnerOnly(grpc.aio.ServerInterceptor):
    """Refuses every call that does not come from the owner."""

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        """See gRPC."""
        if OWNER in details.invocation_metadata:
            return await continuation(details)
        return grpc.unary_unary_rpc_method_handler(_refuse)


async def _refuse(_request: bytes, context: Any) -> None:
    await context.abort(
        grpc.StatusCode.PERMISSION_DENIED,
        "firestore.rules let no client in, and this call does not say that it is the owner's: "
        "it lacks the metadata `authorization: Bearer owner`.",
    )
