"""Who is the account and who is the person: by who is known to be ours, never by guess."""

from services.domain.events import Event, Unhandled
from services.store.live_settings import SettingsCache


def place(event: Event, settings: SettingsCache, app: str) -> Event | Unhandled:
    """The event in its thread, or why it belongs to none of ours.

    `app` names the app whose key signed the body: an account of another app's is not spoken for.
    What comes from an account of ours is an echo. With accounts of ours on both sides, it is
    what the event says of itself.
    """
    echo = event.says_echo
    account = event.sender if echo else event.recipient
    if not settings.account(account).known:
        echo = not echo
        account = event.sender if echo else event.recipient
        if not settings.account(account).known:
            return _refused("unknown_account", event)
        if event.says_echo:
            # It claims to come from the account, and comes from somebody else.
            return _refused("echo_of_nobody", event)
    owner = settings.account(account).app
    if owner and app and owner != app:
        return _refused("foreign_app", event)
    return event.placed(account, event.recipient if echo else event.sender, echo=echo)


def _refused(reason: str, event: Event) -> Unhandled:
    return Unhandled(reason=reason, raw=event.raw, entry_id=event.entry_id, standby=event.standby)
