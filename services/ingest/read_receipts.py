"""Read receipts: what was sent is marked READ, whichever comes first, the receipt or the mid."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain import paths
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import SERVER_TIME, Query, Write
from services.domain.events import Event
from services.domain.ids import digest
from services.domain.retention import expiry
from services.domain.states import Status
from services.ports import Documents, Reads
from services.store.live_settings import SettingsCache

#: Receipts that wait for their message; older ones are of messages that we never saw.
MOST_EARLY = 20
#: Messages that one receipt marks: everything up to the one that it names.
MOST_MARKED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Records that a person has read up to a message; repeating it changes nothing."""

    documents: Documents
    settings: SettingsCache

    def settle(self, event: Event) -> str:
        """Record one receipt: `read`, `early` where its message has no mid yet, or `known`."""
        return self.documents.transact(lambda reads: self._decide(reads, event))

    def _decide(self, reads: Reads, event: Event) -> tuple[str, Sequence[Write]]:
        path = paths.conversation(event.thread_id)
        receipt = paths.receipt(event.thread_id, digest("read", event.mid, event.stamp))
        stored, known = reads.get(path, receipt)
        if known.fields is not None:
            return "known", []
        thread = Conversation.from_doc(event.thread_id, stored.fields or {})
        read = _up_to(reads, event.thread_id, event.mid)
        fields: ConversationFields = {
            "account_id": event.account_id,
            "igsid": event.igsid,
            "updated_at": SERVER_TIME,
        }
        if read is None:
            early = [*(i for i in thread.early_reads if i != event.about), event.about]
            fields["early_reads"] = early[-MOST_EARLY:]
        operation = self.settings.account(event.account_id).operation
        writes: list[Write] = [
            receipt.create(
                {
                    "account_id": event.account_id,
                    "igsid": event.igsid,
                    "thread_id": event.thread_id,
                    "about_mid": event.mid,
                    "created_at": event.timestamp,
                    "received_at": SERVER_TIME,
                    "expire_at": expiry(event.timestamp, operation),
                }
            ),
            *(
                paths.message(event.thread_id, item).update(
                    {"status": Status.READ, "read_at": event.timestamp}
                )
                for item in read or ()
            ),
            path.merge(fields),
        ]
        return ("early" if read is None else "read"), writes


def _up_to(reads: Reads, thread_id: str, mid: str) -> list[str] | None:
    """The messages up to that one that are SENT; None while it is not recorded as sent."""
    messages = paths.messages(thread_id)
    named = reads.query(Query(messages, where=[("mid", "==", mid)], limit=1))
    if not named or (named[0].fields or {}).get("status") not in (Status.SENT, Status.READ):
        return None
    sent = reads.query(
        Query(
            messages,
            where=[
                ("status", "==", Status.SENT),
                ("created_at", "<=", (named[0].fields or {}).get("created_at")),
            ],
            order=[("created_at", "ASCENDING")],
            limit=MOST_MARKED,
        )
    )
    return [snapshot.id for snapshot in sent]
