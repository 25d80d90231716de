"""Whether the bot answers a conversation by itself, only suggests answers, or keeps out of it."""

from enum import StrEnum


class Bot(StrEnum):
    """What the bot does with a person's messages."""

    ON = "on"
    DRAFTS = "drafts"  # a turn runs, and its reply is a draft that a person sends or drops
    OFF = "off"  # messages are kept, no turn runs


def mode(own: str, accounts: str) -> Bot:
    """The mode of a conversation: its `own` word, else its account's.

    A word that nobody knows is as if it was not said, like every other setting.
    """
    for word in (own, accounts):
        if word in tuple(Bot):
            return Bot(word)
    return Bot.ON
