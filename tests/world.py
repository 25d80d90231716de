"""The whole of Moca in one test process, and the words in which tests speak of it.

Every part is the deployed one, behind real sockets. Time stands still until the world moves it,
and nothing happens by itself: `settle` delivers webhooks and dispatches tasks in the order of
their instants.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import httpx
from google.cloud.firestore_v1 import Client

from emulators.clock import SimClock
from emulators.gateway import credentials
from emulators.gateway.local import LocalStack
from emulators.instagram.people import igsid_of
from emulators.instagram.signing import signature_headers
from services.adapters.http import trust

ACCOUNT = credentials.ACCOUNT_ID


class World:
    """One running stack, seen from outside."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.clock: SimClock = stack.clock
        self.http = httpx.Client(verify=trust(), timeout=30, trust_env=False)
        self.store: Client = stack.store_client("local")

    def reset(self) -> None:
        """As if nobody had ever written, and at the instant at which the stack's time began."""
        self.stack.reset()
        # The disclosure would stand before every first reply; its own tests switch it on.
        self.store.document("settings/default").set({"disclosure": ""})
        self.clear_counts()
        self.stack.configure()

    # People

    @staticmethod
    def thread(person: str) -> str:
        """The id of a person's thread."""
        return f"{ACCOUNT}_{igsid_of(person)}"

    def dm(self, person: str, text: str, **more: Any) -> None:
        """A person writes; the signed webhook waits for `settle` or `deliver_webhooks`."""
        self._sim("dm", {"from": person, "text": text, **more})

    def owner_sends(self, person: str, **words: Any) -> None:
        """The owner sends, or unsends, something else in the Instagram app."""
        self._sim("owner", {"to": person, **words})

    def instagram_knows(self, person: str) -> None:
        """Somebody who has written to the account, so that it may answer."""
        core = self.stack.instagram.core
        with core.lock:
            core.state.people.named(person).last_inbound_at = self.clock.now()

    def owner_types(self, person: str, text: str) -> None:
        """The owner writes in the Instagram app."""
        self._sim("owner", {"to": person, "text": text})

    def instagram_does(self, *faults: dict[str, Any]) -> None:
        """What the Graph API does with the next calls."""
        self._sim("faults", {"next": list(faults)})

    def model_says(self, *replies: dict[str, Any]) -> None:
        """What the model answers next."""
        answer = self.http.post(
            f"{self.stack.gemini_url}/_sim/script", json={"replies": list(replies)}
        )
        assert answer.is_success, answer.text

    def model_requests(self) -> list[dict[str, Any]]:
        """What the model was asked, in order."""
        found: list[dict[str, Any]] = self.http.get(f"{self.stack.gemini_url}/_sim/requests").json()
        return found

    def sent_to(self, person: str) -> list[str]:
        """The texts that reached a person through the API, in order."""
        sent = self.http.get(f"{self.stack.instagram_url}/_sim/sent").json()
        return [item["text"] for item in sent if item["to"] == igsid_of(person)]

    # Time

    def deliver_webhooks(self) -> int:
        """Deliver the webhooks that are due."""
        return self.stack.instagram.webhooks.pump()

    def run_tasks(self, *, parallel: bool = False) -> int:
        """Dispatch the tasks that are due."""
        return self.stack.dispatcher.run_due(parallel=parallel)

    def advance(self, seconds: float) -> None:
        """Let time pass; what becomes due waits for `settle`."""
        self.clock.advance(seconds)

    def settle(self, within_seconds: float = 300) -> None:
        """Let everything happen that is due within so much time, each at its instant."""
        end = self.clock.now() + timedelta(seconds=within_seconds)
        while True:
            while self.deliver_webhooks() or self.run_tasks():
                pass
            next_at = self.stack.tasks.next_at()
            if next_at is None or next_at > end:
                return
            self.clock.set(max(next_at, self.clock.now()))

    def next_task_at(self) -> None:
        """Move to the instant of the next task, without running it."""
        next_at = self.stack.tasks.next_at()
        assert next_at is not None, "no task waits"
        self.clock.set(max(next_at, self.clock.now()))

    @contextmanager
    def meanwhile_running_tasks(self) -> Iterator[None]:
        """Dispatch the due tasks on another thread while the block runs; joined at its end."""
        thread = Thread(target=self.run_tasks)
        thread.start()
        yield
        thread.join(30)
        assert not thread.is_alive(), "a dispatched task hangs"

    # What is stored

    def conversation(self, person: str) -> dict[str, Any]:
        """The stored conversation."""
        stored = self.store.document(f"conversations/{self.thread(person)}").get()
        return stored.to_dict() or {}

    def messages(self, person: str, direction: str | None = None) -> list[dict[str, Any]]:
        """The stored messages, oldest first."""
        found = self.store.collection(f"conversations/{self.thread(person)}/messages").stream()
        messages = [m.to_dict() or {} for m in found]
        return sorted(
            (m for m in messages if direction in (None, m["direction"])),
            key=lambda m: m["created_at"],
        )

    def statuses(self, person: str, direction: str = "inbound") -> list[str]:
        """The states of a person's messages, oldest first."""
        return [m["status"] for m in self.messages(person, direction)]

    def documents(self, collection: str) -> list[dict[str, Any]]:
        """All documents of a collection."""
        return [d.to_dict() or {} for d in self.store.collection(collection).stream()]

    def configure(self, **settings: Any) -> None:
        """Change operating settings, at once for every instance."""
        self.store.document("settings/default").set(settings, merge=True)
        self.stack.configure()

    def counts(self) -> dict[str, Any]:
        """Round trips, reads, writes and tasks by function."""
        found: dict[str, Any] = self.http.get(f"{self.stack.url}/_sim/counts").json()
        return found

    def clear_counts(self) -> None:
        """Count from zero."""
        self.http.delete(f"{self.stack.url}/_sim/counts").raise_for_status()

    # The functions' doors

    def post_webhook(self, body: Any, secret: str = credentials.APP_SECRET) -> httpx.Response:
        """A body posted to the webhook as it is, signed with `secret`."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post(
            f"{self.stack.url}/webhook", content=raw, headers=signature_headers(raw, secret)
        )

    def call_api(
        self, verb: str, key: str | None = credentials.SERVICE_TOKEN, /, **words: Any
    ) -> httpx.Response:
        """The internal API, called as another service of the business calls it."""
        headers = {} if key is None else {"x-service-token": key}
        url = f"{self.stack.url}/internal_api/api/internal/{verb}"
        return self.http.post(url, json=words, headers=headers)

    def call_task(self, function: str, body: Any) -> httpx.Response:
        """A private function called as the queue calls it."""
        url = f"{self.stack.url}/{function}"
        token = self.stack.dispatcher.tokens.issue(credentials.TASKS_SERVICE_ACCOUNT, url)
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.post(url, json=body, headers=headers)

    def _sim(self, path: str, body: dict[str, Any]) -> None:
        answer = self.http.post(f"{self.stack.instagram_url}/_sim/{path}", json=body)
        assert answer.is_success, answer.text
