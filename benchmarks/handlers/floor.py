"""The floor: functions-framework, the webhook's two calls through Google's clients, nothing else.

No signature, no parsing beyond JSON, no settings, no log, no second look. What is sent is what the
webhook sends: three writes in one commit, and one named task. `floor` builds them as Google's
documentation does; `bare` sends request messages that were made once, and changes only the ids.
"""

import functools
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from flask import Request
from google.cloud import firestore, tasks_v2
from google.cloud.firestore_v1.types import CommitRequest
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.protobuf import timestamp_pb2

_ENVIRON = os.environ  # noqa: TID251 (a program of its own)
QUEUE = "projects/moca-local/locations/europe-west1/queues/dm-processing"
URL = "http://127.0.0.1:1/process_thread"
ACCOUNT = "moca-tasks@moca-local.iam.gserviceaccount.com"


def floor(request: Request) -> Any:
    """Both calls, one after the other."""
    event = request.get_json()["entry"][0]["messaging"][0]
    thread = f"{event['recipient']['id']}_{event['sender']['id']}"
    at = datetime.now(UTC) + timedelta(seconds=10)  # noqa: TID251 (it has no clock to be passed)
    commit(thread, event, at)
    _tasks().create_task(request={"parent": QUEUE, "task": task(thread, event, at)})
    return {"status": "success"}


def commit(thread: str, event: dict[str, Any], at: datetime) -> None:
    """The three writes of an inbound message."""
    store = _store()
    batch = store.batch()
    conversation = store.document(f"conversations/{thread}")
    batch.create(
        conversation.collection("messages").document(event["message"]["mid"]),
        message(thread, event, at),
    )
    batch.set(conversation, conversation_fields(event, at), merge=True)
    seen = {"last_seen_at": firestore.Maximum(event["timestamp"])}
    batch.set(store.document(f"contacts/{thread}"), {**_parties(event), **seen}, merge=True)
    batch.commit()


def message(thread: str, event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The fields that the webhook stores."""
    return {
        **_parties(event),
        "text": event["message"]["text"],
        "message_type": "text",
        "thread_id": thread,
        "kind": "text",
        "direction": "inbound",
        "role": "user",
        "attempts": 0,
        "created_at": datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
        "received_at": firestore.SERVER_TIMESTAMP,
        "expire_at": at + timedelta(days=90),
        "status": "pending",
        "mid": event["message"]["mid"],
    }


def conversation_fields(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What the message changes in its conversation."""
    return {
        **_parties(event),
        "updated_at": firestore.SERVER_TIMESTAMP,
        "due_at": firestore.Minimum(int(at.timestamp() * 1000)),
        "inbound_seq": firestore.Increment(1),
        "last_inbound_at": firestore.Maximum(event["timestamp"]),
        "last_received_at": firestore.SERVER_TIMESTAMP,
        "last_direction": "inbound",
        "last_text": event["message"]["text"],
    }


def task(thread: str, event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The named task that will answer."""
    when = timestamp_pb2.Timestamp()
    when.FromDatetime(at)
    return {
        "name": f"{QUEUE}/tasks/{event['message']['mid'][:100]}",
        "schedule_time": when,
        "http_request": {
            "url": URL,
            "http_method": tasks_v2.HttpMethod.POST,
            "headers": {"Content-Type": "application/json"},
            "body": f'{{"thread_id": "{thread}"}}'.encode(),
            "oidc_token": {"service_account_email": ACCOUNT, "audience": URL},
        },
    }


def naive(request: Request) -> Any:
    """Read, check, write in a transaction; then the task: as it is usually written."""
    event = request.get_json()["entry"][0]["messaging"][0]
    thread = f"{event['recipient']['id']}_{event['sender']['id']}"
    at = datetime.now(UTC) + timedelta(seconds=10)  # noqa: TID251 (it has no clock to be passed)
    _read_check_write(_store().transaction(), thread, event, at)
    _tasks().create_task(request={"parent": QUEUE, "task": task(thread, event, at)})
    return {"status": "success"}


@firestore.transactional
def _read_check_write(
    transaction: firestore.Transaction, thread: str, event: dict[str, Any], at: datetime
) -> None:
    store = _store()
    conversation = store.document(f"conversations/{thread}")
    found = conversation.collection("messages").document(event["message"]["mid"])
    known = found.get(transaction=transaction)
    before = conversation.get(transaction=transaction)
    if known.exists:
        return
    count = (before.to_dict() or {}).get("inbound_seq", 0)
    fields = {**conversation_fields(event, at), "inbound_seq": count + 1}
    transaction.create(found, message(thread, event, at))
    transaction.set(conversation, fields, merge=True)
    transaction.set(store.document(f"contacts/{thread}"), _parties(event), merge=True)


def bare(request: Request) -> Any:
    """Both calls with ready-made messages: what the framework and the transport alone cost."""
    event = request.get_json()["entry"][0]["messaging"][0]
    thread = f"{event['recipient']['id']}_{event['sender']['id']}"
    base = f"{_store()._database_string}/documents"  # noqa: SLF001 (the client has no other)
    made = CommitRequest.pb()()
    made.CopyFrom(_ready_commit())
    made.writes[0].update.name = f"{base}/conversations/{thread}/messages/{event['message']['mid']}"
    made.writes[1].update.name = f"{base}/conversations/{thread}"
    made.writes[2].update.name = f"{base}/contacts/{thread}"
    _store()._firestore_api.commit(  # noqa: SLF001 (the generated client below the library)
        request=CommitRequest.wrap(made),
        metadata=_store()._rpc_metadata,  # noqa: SLF001 (as above)
    )
    named = tasks_v2.CreateTaskRequest.pb()()
    named.CopyFrom(_ready_task())
    named.task.name = f"{QUEUE}/tasks/{event['message']['mid'][:100]}"
    _tasks().create_task(request=tasks_v2.CreateTaskRequest.wrap(named))
    return {"status": "success"}


_EXAMPLE = {
    "sender": {"id": "1"},
    "recipient": {"id": "2"},
    "timestamp": 1_800_000_000_000,
    "message": {"mid": "m" * 160, "text": "Hello, is there a table for four tonight?"},
}


@functools.cache
def _ready_commit() -> Any:
    at = datetime.now(UTC)  # noqa: TID251 (it has no clock to be passed)
    batch = _store().batch()
    conversation = _store().document("conversations/t")
    batch.create(conversation.collection("messages").document("m"), message("t", _EXAMPLE, at))
    batch.set(conversation, conversation_fields(_EXAMPLE, at), merge=True)
    seen = {"last_seen_at": firestore.Maximum(1)}
    fields = {**_parties(_EXAMPLE), **seen}
    batch.set(_store().document("contacts/t"), fields, merge=True)
    made = CommitRequest.pb()(database=_store()._database_string)  # noqa: SLF001 (see `bare`)
    made.writes.extend(type(w).pb(w) if hasattr(type(w), "pb") else w for w in batch._write_pbs)  # noqa: SLF001 (see `bare`)
    return made


@functools.cache
def _ready_task() -> Any:
    at = datetime.now(UTC) + timedelta(seconds=10)  # noqa: TID251 (it has no clock to be passed)
    made = tasks_v2.CreateTaskRequest(parent=QUEUE, task=task("t", _EXAMPLE, at))
    return tasks_v2.CreateTaskRequest.pb(made)


def _parties(event: dict[str, Any]) -> dict[str, str]:
    return {"account_id": event["recipient"]["id"], "igsid": event["sender"]["id"]}


@functools.cache
def _store() -> firestore.Client:
    return firestore.Client(project="moca-local")


@functools.cache
def _tasks() -> tasks_v2.CloudTasksClient:
    channel = grpc.insecure_channel(_ENVIRON["CLOUD_TASKS_EMULATOR_HOST"])
    return tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
