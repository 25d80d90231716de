"""The playground: one thread in which the team tries the bot, and from which nothing is sent.

It goes the way of every other thread. Its account is no number, so that no webhook can name it, and
nobody has ever had a token for it.
"""

from dataclasses import replace

from services.domain.ids import PLAYGROUND, thread_id
from services.domain.operation import OperatingSettings
from services.domain.text import Text

#: Who writes in it.
IGSID = "1"
THREAD = thread_id(PLAYGROUND, IGSID)
#: What became of its replies.
NOT_SENT = Text("the playground sends nothing")
#: Longer waits only keep the tester waiting, in seconds; shorter ones outrun the queue's clock.
_DELAY = (2.0, 4.0)


def is_playground(thread: str) -> bool:
    """Whether a thread is one of the playground's."""
    return thread.startswith(f"{PLAYGROUND}_")


def at_once(settings: OperatingSettings) -> OperatingSettings:
    """The account's settings without what makes a person wait, or turns them away."""
    return replace(
        settings,
        bot="on",
        delay_min_seconds=min(settings.delay_min_seconds, _DELAY[0]),
        delay_max_seconds=min(settings.delay_max_seconds, _DELAY[1]),
        debounce_seconds=min(settings.debounce_seconds, 1),
        cooldown_seconds=0,
        hours_weekly="",
        hours_holidays="",
        turns_per_hour=0,
        account_linking=False,
        show_seen=False,
    )
