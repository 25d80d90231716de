"""The manager is told on WhatsApp what needs a person; whatever fails here fails nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.domain import paths
from services.domain.alerting import Accepted, Alert, AlertFields, NotTaken, flat, words
from services.domain.documents import Maximum, Query, Write
from services.domain.instants import from_ms, maybe_from_ms, to_ms
from services.domain.playground import is_playground
from services.domain.states import Status
from services.errors import Unavailable
from services.ports import Clock, Documents, Ids, Reads
from services.store.live_settings import SettingsCache

_log = structlog.get_logger()

#: Where the manager's number is kept account of.
PACE = paths.WHATSAPP_PACING
#: How long one sender holds the alerts of a message.
SENDING_FOR = timedelta(minutes=2)
#: WhatsApp carries free text for so long after the manager's own last message.
TEXT_WINDOW = timedelta(hours=24)
MOST_TRIES = 5
#: After a message that WhatsApp did not take, the next try may come so soon.
AFTER_FAILURE = timedelta(minutes=1)
MOST_AT_ONCE = 50
#: The window was closed after all: the template goes instead.
WINDOW_CLOSED_CODE = 131047
TRANSIENT_CODES = frozenset({130429, 131000, 131016, 131056})


class Phone(Protocol):
    """The way to the manager; never raises."""

    def send_template(
        self, to: str, name: str, language: str, text: str, note: str
    ) -> Accepted | NotTaken:
        """An approved template with one parameter."""
        ...

    def send_text(self, to: str, text: str, note: str) -> Accepted | NotTaken:
        """Free text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """Who is told, and with which template; without a template only within the text window."""

    number: str
    number_id: str  #: of the business number that writes
    template: str = ""
    language: str = "en_US"


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts that go in one message."""

    id: str = ""
    alerts: Sequence[Alert] = ()
    text_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Sends what is queued in `manager_alerts`, grouped, at most once in a setting's minutes."""

    documents: Documents
    phone: Phone | None
    manager: Manager
    settings: SettingsCache
    own_account: str
    clock: Clock
    ids: Ids

    def send_due(self, trace_id: str) -> int:
        """Tell what waits to be told; answers how many alerts went. Never raises.

        One small query where nothing waits, none where no phone is configured.
        """
        if self.phone is None or not self.manager.number:
            return 0
        try:
            if not self.documents.query(_waiting(1)):
                return 0
            gap = self.settings.account(self.own_account).operation.alert_gap_minutes
            group = self.documents.transact(
                Grouping(self.ids.new(), timedelta(minutes=gap), self.clock.now())
            )
            return self._send(self.phone, group, trace_id) if group.alerts else 0
        except Unavailable as error:
            _log.warning("alerts_not_sent", trace_id=trace_id, error=str(error))
            return 0

    def _send(self, phone: Phone, group: Group, trace_id: str) -> int:
        text = words(group.alerts, self._names(group.alerts))
        plain = group.text_window and not any(alert.as_template for alert in group.alerts)
        told: Accepted | NotTaken
        if plain:
            told = phone.send_text(self.manager.number, text, group.id)
        elif self.manager.template:
            told = phone.send_template(
                self.manager.number, self.manager.template, self.manager.language, text, group.id
            )
        else:
            told = NotTaken("No template is configured, and the text window is closed.", again=True)
        now = self.clock.now()
        writes = [_result(alert, told, now, plain=plain) for alert in group.alerts]
        if isinstance(told, NotTaken):
            writes.append(PACE.merge({"next_at": to_ms(now + AFTER_FAILURE)}))
        self.documents.commit(writes)
        log = _log.info if isinstance(told, Accepted) else _log.error
        reason = told.reason if isinstance(told, NotTaken) else ""
        log("alerts", trace_id=trace_id, alerts=len(group.alerts), reason=reason)
        return len(group.alerts) if isinstance(told, Accepted) else 0

    def _names(self, alerts: Sequence[Alert]) -> dict[str, str]:
        threads = sorted({alert.thread_id for alert in alerts if alert.thread_id})[:10]
        if not threads:
            return {}
        found = self.documents.get(*(paths.contact(thread) for thread in threads))
        names = {s.id: (s.fields or {}).get("name") or _handle(s.fields) for s in found}
        return {thread: flat(str(name))[:40] for thread, name in names.items() if name}

    def note_webhook(self, body: Mapping[str, Any]) -> int:
        """What WhatsApp's webhook tells: what became of a message, or that the manager wrote.

        Answers how many alerts changed. Raises `Unavailable`: Meta then sends it again.
        """
        changed = 0
        for value in _values(body, self.manager.number_id):
            for status in _objects(value.get("statuses")):
                changed += self._note_status(status)
            for message in _objects(value.get("messages")):
                self._note_message(message)
        return changed

    def _note_status(self, status: Mapping[str, Any]) -> int:
        wamid, state = str(status.get("id") or ""), str(status.get("status") or "")
        if not wamid or state not in ("sent", "delivered", "read", "failed"):
            return 0
        found = self.documents.query(
            Query(paths.ALERTS, where=[("wamid", "==", wamid)], limit=MOST_AT_ONCE)
        )
        codes = [error.get("code") for error in _objects(status.get("errors"))]
        writes = [_told(s.id, s.fields or {}, state, codes) for s in found]
        if writes:
            self.documents.commit(writes)
        if state == "failed":
            _log.error("alert_failed", codes=codes, alerts=len(found))
        return len(writes)

    def _note_message(self, message: Mapping[str, Any]) -> None:
        if str(message.get("from") or "") != self.manager.number:
            return
        seconds = str(message.get("timestamp") or "")
        if seconds.isascii() and seconds.isdigit():
            at = min(from_ms(int(seconds) * 1000), self.clock.now())
            self.documents.commit([PACE.merge({"manager_wrote_at": Maximum(to_ms(at))})])


@dataclass(frozen=True, slots=True)
class Grouping:
    """Takes the alerts of the next message, unless one went just now; for `transact`."""

    group_id: str
    gap: timedelta
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Group, Sequence[Write]]:
        """The group, held by this sender; an empty one where nothing is to be sent now."""
        found = reads.query(_waiting(MOST_AT_ONCE))
        alerts = [Alert.from_doc(s.id, s.fields or {}, self.now) for s in found]
        played = [a for a in alerts if is_playground(a.thread_id)]
        void = [paths.alert(a.id).update({"status": Status.CANCELLED}) for a in played]
        free = [
            a
            for a in alerts
            if a not in played and (a.sending_until is None or a.sending_until <= self.now)
        ]
        if not free:
            return Group(), void
        pace = reads.get(PACE)[0].fields or {}
        next_at = maybe_from_ms(pace.get("next_at"))
        if next_at is not None and self.now < next_at:
            return Group(), void
        wrote = maybe_from_ms(pace.get("manager_wrote_at"))
        window = wrote is not None and self.now < wrote + TEXT_WINDOW
        free.sort(key=lambda alert: (alert.created_at, alert.id))
        return Group(self.group_id, free, window), [*void, *self._writes(free)]

    def _writes(self, alerts: Sequence[Alert]) -> list[Write]:
        until = self.now + SENDING_FOR
        held: AlertFields = {
            "status": Status.SENDING,
            "sending_until": until,
            "group_id": self.group_id,
        }
        return [
            PACE.merge({"next_at": to_ms(self.now + self.gap)}),
            *(
                paths.alert(alert.id).update({**held, "attempts": alert.attempts + 1})
                for alert in alerts
            ),
        ]


def _waiting(limit: int) -> Query:
    states = [Status.QUEUED, Status.SENDING]
    return Query(paths.ALERTS, where=[("status", "in", states)], limit=limit)


def _result(alert: Alert, told: Accepted | NotTaken, now: datetime, *, plain: bool) -> Write:
    path = paths.alert(alert.id)
    if isinstance(told, Accepted):
        return path.update(
            {
                "status": Status.SENT,
                "sent_at": now,
                "wamid": told.id,
                "plain": plain,
                "sending_until": None,
                "error": None,
            }
        )
    again = told.again and alert.attempts + 1 < MOST_TRIES
    status = Status.QUEUED if again else Status.FAILED
    return path.update({"status": status, "sending_until": None, "error": told.reason})


def _told(alert_id: str, fields: Mapping[str, Any], state: str, codes: Sequence[Any]) -> Write:
    """What a status makes of an alert: a failure is final only where nothing else can be done."""
    path = paths.alert(alert_id)
    if state != "failed":
        return path.update({"delivery": state})
    error = f"WhatsApp could not deliver it (error {codes[0] if codes else 'unknown'})."
    change: AlertFields = {"delivery": state, "error": error, "status": Status.FAILED}
    if WINDOW_CLOSED_CODE in codes and fields.get("plain"):
        change["status"], change["as_template"] = Status.QUEUED, True
    elif TRANSIENT_CODES & set(codes) and int(fields.get("attempts") or 0) < MOST_TRIES:
        change["status"] = Status.QUEUED
    return path.update(change)


def _handle(fields: Mapping[str, Any] | None) -> str:
    username = (fields or {}).get("username")
    return f"@{username}" if username else ""


def _values(body: Mapping[str, Any], number_id: str) -> Iterator[Mapping[str, Any]]:
    for entry in _objects(body.get("entry")):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            if isinstance(value, dict) and _number(value) == number_id:
                yield value


def _number(value: Mapping[str, Any]) -> str:
    metadata = value.get("metadata")
    return str(metadata.get("phone_number_id", "")) if isinstance(metadata, dict) else ""


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
