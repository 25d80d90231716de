"""Firestore's raw calls over gRPC, in and out as JSON: codes and values as they are on the wire."""

from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from emulators.firestore import messages
from emulators.firestore.rpcs import RPCS, SERVICE

Json = dict[str, Any]

PATIENCE = 30.0
"""Seconds after which a call that is not answered is given up."""

_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
# Google's emulator asks its callers for no more than this, once rules are loaded into it.
_METADATA = (("authorization", "Bearer owner"),)
_ANSWERS: dict[str, type[Message]] = {
    name: getattr(messages, f"{name}Response", messages.Document) for name in RPCS
}


class Wire:
    """One connection to a Firestore; `close` ends it."""

    def __init__(self, host: str) -> None:
        self._channel = grpc.insecure_channel(host, options=_OPTIONS)
        self._calls = {name: self._call(name) for name in RPCS}
        self._listen: Any = self._channel.stream_stream(
            f"/{SERVICE}/Listen",
            request_serializer=messages.ListenRequest.SerializeToString,
            response_deserializer=messages.ListenResponse.FromString,
        )

    def call(self, name: str, request: Json) -> Json:
        """The answer: `{"code": "OK", "responses": […]}`, or the code and what was said of it."""
        message = ParseDict(request, RPCS[name].request())
        try:
            answer = self._calls[name](message, timeout=PATIENCE, metadata=_METADATA)
            answers = list(answer) if RPCS[name].streams else [answer]
        except grpc.RpcError as error:
            return {"code": error.code().name, "message": error.details() or ""}
        return {"code": "OK", "responses": [_as_json(each) for each in answers]}

    def listen(self, requests: Iterator[Message], database: str) -> Any:
        """An open stream of listen responses, raw; `cancel` ends it."""
        # Google's emulator learns the database of a stream from nowhere else.
        prefix = ("google-cloud-resource-prefix", database)
        return self._listen(requests, metadata=(*_METADATA, prefix))

    def close(self) -> None:
        """Give the connection back."""
        self._channel.close()

    def _call(self, name: str) -> Any:
        make: Any = self._channel.unary_stream if RPCS[name].streams else self._channel.unary_unary
        return make(
            f"/{SERVICE}/{name}",
            request_serializer=RPCS[name].request.SerializeToString,
            response_deserializer=_ANSWERS[name].FromString,
        )


def _as_json(message: Message) -> Json:
    return MessageToDict(message, preserving_proto_field_name=True)
