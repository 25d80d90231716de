"""An account's state: what stops its sending, what slows it, and what sets it going again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.domain import paths
from services.domain.account import Account, AccountFields, AccountState
from services.domain.alerting import alert
from services.domain.documents import Maximum, Query, Write
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.outcome import Answer, Stopped, Throttled, Usage
from services.domain.text import Text, joined
from services.errors import Unavailable
from services.ports import Clock, Documents, Ids, Reads
from services.tasks import ThreadTasks

_log = structlog.get_logger()

#: Percent of Meta's allowance at which an account slows down, and at which it rests.
SLOW_AT_PERCENT = 80
REST_AT_PERCENT = 95
SLOW_FOR = timedelta(minutes=5)
REST_FOR = timedelta(minutes=1)
#: Threads of a kind that one call sets going again; the sweep finds the rest within the hour.
MOST_RESUMED = 500

#: What a person has to do, by state.
ADVICE = {
    AccountState.REAUTHORISE: Text(
        "Log in to Instagram again: Meta's app dashboard, Instagram, API setup, Generate token; "
        "then store the new token on the account's page. Messages go on being received, and what "
        "waits is sent after."
    ),
    AccountState.BLOCKED: Text(
        "Open the Instagram app and Account status there; when the restriction is gone, set the "
        "account to active."
    ),
    AccountState.DISCONNECTED: Text(
        "Start the self-test on the account's page: it names the setting that is missing."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Writes what the answers of Instagram say about an account."""

    documents: Documents
    turns: ThreadTasks
    deliveries: ThreadTasks
    clock: Clock
    ids: Ids

    def note(self, account: Account, answer: Answer) -> None:
        """Keep what `answer` says of the whole account; nothing is lost where that fails.

        The item that was sent carries its own next attempt, so that a store that cannot be
        reached now only means that others learn it from their own answers.
        """
        try:
            if isinstance(answer.outcome, Stopped):
                self.stop(account.id, answer.outcome.state, answer.outcome.reason)
            elif isinstance(answer.outcome, Throttled):
                self._park(account.id, timedelta(minutes=answer.outcome.minutes))
            else:
                self._heed(account, answer.usage)
        except Unavailable:
            _log.warning("account_not_noted", account_id=account.id)

    def stop(self, account_id: str, state: AccountState, reason: Text) -> None:
        """Send nothing more until a person has acted; the manager is told once."""
        now = self.clock.now()
        self.documents.transact(lambda reads: stopped(reads, account_id, state, reason, now))
        _log.error("account_stopped", account_id=account_id, state=state, reason=str(reason))

    def resume(self, account_id: str, trace_id: str) -> int:
        """Let the account send again, and wake the threads that wait for it; answers how many."""
        active = _state(AccountState.ACTIVE, "", self.clock.now())
        self.documents.commit([paths.account(account_id).merge({**active, "parked_until": 0})])
        return self._wake_all(account_id, trace_id)

    def token_replaced(self, account_id: str, trace_id: str) -> int:
        """Let the account send again where its dead token was all that stopped it.

        What a person has paused, or Instagram has blocked, stays so. Answers likewise.
        """
        path = paths.account(account_id)

        def work(reads: Reads) -> tuple[bool, Sequence[Write]]:
            account = Account.from_doc(account_id, reads.get(path)[0].fields)
            if account.state is not AccountState.REAUTHORISE:
                return False, []
            return True, [path.merge(_state(AccountState.ACTIVE, "", self.clock.now()))]

        return self._wake_all(account_id, trace_id) if self.documents.transact(work) else 0

    def _wake_all(self, account_id: str, trace_id: str) -> int:
        lines = Query(
            paths.CONVERSATIONS, where=[("held_for", "==", account_id)], limit=MOST_RESUMED
        )
        messages = Query(
            paths.CONVERSATIONS, where=[("turn_held_for", "==", account_id)], limit=MOST_RESUMED
        )
        woken = {
            *self._wake(lines, self.deliveries, trace_id),
            *self._wake(messages, self.turns, trace_id),
        }
        _log.info("account_resumed", account_id=account_id, threads=len(woken))
        return len(woken)

    def _wake(self, held: Query, looks: ThreadTasks, trace_id: str) -> list[str]:
        """Ensure a task for every thread that waited for the account."""
        waiting = self.documents.query(held)
        for snapshot in waiting:
            looks.soon(snapshot.id, trace_id)
        return [snapshot.id for snapshot in waiting]

    def pause(self, account_id: str) -> None:
        """Send nothing until `resume`, as a person wishes."""
        paused = _state(AccountState.PAUSED, Text("paused by hand"), self.clock.now())
        self.documents.commit([paths.account(account_id).merge(paused)])

    def _heed(self, account: Account, usage: Usage) -> None:
        """Slow down before Meta makes us; once a minute at most."""
        soon = self.clock.now() + REST_FOR
        if usage.percent >= REST_AT_PERCENT or usage.regain_minutes > 0:
            self._park(account.id, max(REST_FOR, timedelta(minutes=usage.regain_minutes)))
        elif usage.percent >= SLOW_AT_PERCENT and not account.slowed(soon):
            self._slow(account.id, {"slowed_until": self._until(SLOW_FOR)}, SLOW_FOR)

    def _park(self, account_id: str, span: timedelta) -> None:
        self._slow(account_id, {"parked_until": self._until(span)}, span)

    def _slow(self, account_id: str, fields: AccountFields, span: timedelta) -> None:
        self.documents.commit([paths.account(account_id).merge(fields)])
        (how,) = fields
        _log.warning("account_slowed", account_id=account_id, how=how, seconds=span.seconds)

    def _until(self, span: timedelta) -> Maximum:
        return Maximum(to_ms(self.clock.now() + span))


def with_advice(reason: Text, state: AccountState) -> Text:
    """The reason of a state, and what a person has to do where we know."""
    return joined(reason, ADVICE[state]) if state in ADVICE else reason


def stopped(
    reads: Reads, account_id: str, state: AccountState, reason: Text, now: datetime
) -> tuple[None, Sequence[Write]]:
    """What stops an account's sending and tells the manager; nothing where it is stopped."""
    path = paths.account(account_id)
    (stored,) = reads.get(path)
    account = Account.from_doc(account_id, stored.fields)
    if not account.may_send:
        return None, []
    advice = str(with_advice(reason, state))
    told = alert(account_id, f"account_{state}", advice, now)
    name = digest("account", account_id, state, now.timestamp())
    return None, [
        path.merge(_state(state, reason, now)),
        paths.alert(name).create(told),
    ]


def _state(state: AccountState, reason: Text | str, now: datetime) -> AccountFields:
    return {"state": state, "state_reason": reason, "state_at": now}
