"""Who is the account and who is the person: by who is known to be ours, never by guess."""

from services.domain.events import Event, Unhandled
from services.live_settings import LiveSettings


def place(event: Event, settings: LiveSettings, app: str) -> Event | Unhandled:
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
            return Unhandled(reason="unknown_account", raw=event.raw)
        if event.says_echo:
            # It claims to come from the account, and comes from somebody else.
            return Unhandled(reason="echo_of_nobody", raw=event.raw)
    owner = settings.account(account).app
    if owner and app and owner != app:
        return Unhandled(reason="foreign_app", raw=event.raw)
    return event.placed(account, event.recipient if echo else event.sender, echo=echo)
