"""Sending by hand: an operator's words join the thread's line, and the conversation is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.domain import boundaries, paths
from services.domain.account import Account
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import REMOVED, SERVER_TIME, Write
from services.domain.files import File
from services.domain.graph_errors import of_error
from services.domain.ids import account_of, digest
from services.domain.sendable import refusal_of
from services.domain.states import ConversationStatus
from services.domain.text import Text
from services.errors import GraphRefused, Rejected, Unavailable
from services.office.access import Operator
from services.outbox.manual import Manual, Writer
from services.ports import Clock, Documents, Ids, Reads, Uploads
from services.store import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSending:
    """The office's side of manual messages: what they mean for the conversation, and who did it."""

    documents: Documents
    manual: Manual
    uploads: Uploads
    clock: Clock
    ids: Ids

    def reply(
        self, thread_id: str, text: str, by: Operator, *, file: File | None = None, key: str = ""
    ) -> None:
        """Queue `file` and `text`; the bot falls silent and the conversation is the operator's.

        `key` is one page's word for this message: sent twice with it, it is queued once. Raises
        `Rejected` with the reason, and then nothing is queued.
        """
        files = [self._given(thread_id, file)] if file is not None else []
        self.manual.queue_manual(thread_id, text, operator=_writer(by), attachments=files, key=key)
        # Named by the conversation too: a key that stands elsewhere in the log hides nothing.
        now, entry_id = self.clock.now(), digest("reply", thread_id, key or self.ids.new())

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            path, entry = paths.conversation(thread_id), paths.audit(entry_id)
            stored, known = reads.get(path, entry)
            if known.fields is not None or stored.fields is None:
                return None, []
            thread = Conversation.from_doc(thread_id, stored.fields)
            fields: ConversationFields = {
                "status": ConversationStatus.OPEN,
                "assignee": by.id,
                "assignee_name": by.name,
                "seen_seq": thread.inbound_seq,
                "suggestion": REMOVED,
                "updated_at": SERVER_TIME,
            }
            if thread.status is ConversationStatus.CLOSED:
                fields["boundaries"] = boundaries.added(
                    thread.boundaries, "reopened", now, reason="reply", by=by.name
                )
            record = audit.entry(entry_id, now, by, "reply", path, thread_id=thread_id)
            return None, [path.update(fields), record]

        self.documents.transact(work)

    def _given(self, thread_id: str, file: File) -> dict[str, Any]:
        """Give Instagram the file before its message is queued: nothing of ours has to keep it.

        A message that may not be sent, or a process that stops here, leaves at most a copy at
        Meta that nobody uses.
        """
        if file.too_large:
            raise Rejected(Text("This file is too large: a picture may have 8 MB, others 25 MB."))
        account_id = account_of(thread_id)
        stored, owned = self.documents.get(paths.conversation(thread_id), paths.account(account_id))
        thread = Conversation.from_doc(thread_id, stored.fields or {})
        account = Account.from_doc(account_id, owned.fields)
        refusal = refusal_of(thread, account, self.clock.now(), by_person=True)
        if refusal is not None:
            raise Rejected(refusal)
        try:
            attachment_id = self.uploads.upload_file(account_id, file)
        except GraphRefused as error:
            reason = of_error(400, error.code, error.subcode).reason
            why = Text("Instagram did not take the file. %(reason)s", reason=reason)
            raise Rejected(why) from error
        except Unavailable as error:
            raise Rejected(
                Text("The file could not be brought to Instagram now. Try again.")
            ) from error
        size = len(file.content)
        return {"type": file.sort, "attachment_id": attachment_id, "name": file.name, "size": size}

    def retry(self, thread_id: str, message_id: str, by: Operator) -> None:
        """Send what failed once more, as a new message at the end of the line. `Rejected`."""
        self.manual.resend(thread_id, message_id, _writer(by))
        self._record(thread_id, message_id, by, "retry")

    def arrived(self, thread_id: str, message_id: str, by: Operator) -> None:
        """The operator saw in the Instagram app that it did arrive. `Rejected`."""
        self.manual.arrived(thread_id, message_id, _writer(by))
        self._record(thread_id, message_id, by, "arrived")

    def _record(self, thread_id: str, message_id: str, by: Operator, action: audit.Action) -> None:
        path = paths.message(thread_id, message_id)
        now = self.clock.now()
        record = audit.entry(self.ids.new(), now, by, action, path, thread_id=thread_id)
        audit.commit(self.documents, record)


def _writer(by: Operator) -> Writer:
    return Writer(by.id, by.name)
