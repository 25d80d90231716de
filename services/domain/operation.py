"""What the owner can change while Moca runs: `settings/default`, overridden per account."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_origin


def _list_prices() -> Mapping[str, Mapping[str, float]]:
    return {
        "gemini-3.1-flash-lite": {"input": 0.25, "output": 1.5, "cached": 0.025},
        "gemini-3.5-flash-lite": {"input": 0.3, "output": 2.5, "cached": 0.03},
        "gemini-3.5-flash": {"input": 1.5, "output": 9.0, "cached": 0.15},
        "gemini-3.8-flash": {"input": 0.75, "output": 3.75, "cached": 0.075},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingSettings:
    """The operating settings; every one has a default that works."""

    #: Whether the bot answers: "on"; "drafts": it only suggests answers, and a person sends them;
    #: "off": what comes is kept, and nothing of it is answered late. A conversation may differ.
    bot: str = "on"
    #: Whether who writes while the bot is off waits for the team, under "Needs you".
    bot_off_waits: bool = True
    #: Shortest and longest wait between a message and the turn that answers it, in seconds.
    delay_min_seconds: float = 5
    delay_max_seconds: float = 15
    #: A turn waits until nothing came for this long, in seconds …
    debounce_seconds: float = 4
    #: … but no longer than this after the first message that waits, in seconds.
    debounce_cap_seconds: float = 30
    #: Whether that wait ends at once when a text without attachments clearly ends.
    debounce_ends_early: bool = False
    #: Whether what comes while the model thinks starts the turn anew, at most twice, so that one
    #: reply answers all of it.
    supersede: bool = False
    #: When somebody is there: "mo-fr 09:00-18:00; sa 10:00-14:00"; empty for always.
    hours_weekly: str = ""
    #: Days on which nobody is, as dates: "2026-12-25, 2027-01-01".
    hours_holidays: str = ""
    #: What a person is told, once, who writes while nobody is there; empty for nothing.
    hours_away_text: str = ""
    #: Shortest gap between a turn's last bubble and the next turn of the thread, in seconds.
    cooldown_seconds: float = 7
    #: Messages that the account sends per second, over all threads and instances.
    messages_per_second: float = 3
    #: Pause between the bubbles of one reply, during which the person sees us type, in seconds.
    bubble_delay_seconds: float = 0
    #: Whether the person sees that their message was seen just before the reply comes.
    show_seen: bool = False
    #: Messages that a catch-up finds are answered if they are no older, in minutes.
    catch_up_minutes: float = 15
    #: Least gap between two WhatsApp messages to the manager, in minutes; what happens meanwhile
    #: comes grouped.
    alert_gap_minutes: float = 10
    #: How long a turn owns its messages, in seconds; renewed every third of it.
    claim_seconds: float = 120
    #: How often a message may be claimed before it is given up.
    max_attempts: int = 5
    #: How long the agent may take for one turn, in seconds.
    turn_seconds: float = 60
    #: Model requests whose answers count, in one turn; the last one may only end it.
    max_steps: int = 6
    #: Tool calls in one turn, before it may only be ended.
    max_tool_calls: int = 12
    #: Bubbles of one turn.
    max_bubbles: int = 5
    #: Characters of all bubbles of one turn.
    max_reply_characters: int = 3000
    #: Tokens in one turn, over all its requests, before it may only be ended.
    max_turn_tokens: int = 60_000
    #: How long the bot stays silent after a human wrote in the Instagram app, in minutes.
    handoff_minutes: float = 30
    #: After how many minutes of waiting for a human the manager is told a second time.
    waiting_alert_minutes: float = 15
    #: Whether a new message reopens a closed conversation; else it stays unanswered.
    reopen_on_message: bool = True
    #: Whole messages by which a person opts out of all answers, and in again; comma separated.
    opt_out_words: str = "stop, unsubscribe, stopp, abmelden, arrêt, baja"
    opt_in_words: str = "start, unstop, subscribe, anmelden"
    #: Whether a mention in a story, without a word beside it, is answered.
    answer_story_mentions: bool = False
    #: Whether only people are answered who have connected their account, and what the others are
    #: sent ({business}, {link}) and what those who have are sent once ({business}).
    account_linking: bool = False
    verification_text: str = (
        "Hey — welcome to {business}! It looks like you haven't connected your Instagram account "
        "to {business} yet. Click the link below to connect: {link}"
    )
    acknowledgement_text: str = (
        "Hi! Send your reels and posts here and we'll save them to your {business} library."
    )
    #: How long messages and turns are kept, in days.
    retention_days: float = 365
    #: How long the media that the model was shown are kept, in days; 0: not at all, only their
    #: address and description.
    media_days: float = 0
    #: Messages of the past that the agent is shown at most.
    history_messages: int = 30
    #: About how many tokens of the past; what no longer fits is summed up. 0: no past at all.
    history_tokens: int = 2000
    #: Who answers: "gemini", "rules", "rules_then_gemini"; empty: Gemini where it is configured,
    #: else the rules.
    engine: str = ""
    #: Whether the rules answer what they can when the model is down.
    rules_when_model_fails: bool = False
    #: The business, as the agent introduces it.
    business_name: str = "our team"
    #: What the agent should know of the business, in the owner's words.
    business_facts: str = ""
    #: How the agent should sound, in the owner's words.
    persona: str = "a friendly, competent member of the team: short, concrete, warm"
    #: The language of the answers; empty for the person's own.
    language: str = ""
    #: The zone in which the agent speaks of times.
    time_zone: str = "Europe/Berlin"
    #: Further instructions of the owner's, one a line.
    house_rules: str = ""
    #: The first line of the first bubble where a person must be told that a machine writes: at
    #: the start, after a long silence, after a human's time ({business}); empty for none.
    disclosure: str = "🤖 {business}, automated reply"
    #: After how many hours of silence they are told again.
    disclosure_gap_hours: float = 168
    #: What the person is told when a human is asked for; empty for nothing.
    handoff_text: str = "Thank you! A member of our team will get back to you here."
    #: Hosts that a reply may link to, beside those in the business facts, separated by spaces.
    link_hosts: str = ""
    #: Dollars that the model may cost a day and account before humans are asked; 0 for no limit.
    daily_cost_cap_usd: float = 5
    #: Turns of one person in an hour before the rest is left unanswered; 0 for no limit.
    turns_per_hour: int = 60
    #: The models: the one that is asked, and the one that is asked when it fails.
    model: str = "gemini-3.1-flash-lite"
    fallback_model: str = "gemini-3.5-flash-lite"
    #: How long the model may think: "minimal", "low", "medium", "high"; empty for its default.
    thinking: str = "minimal"
    #: The model that turns knowledge and questions into vectors; empty for words only.
    embedding_model: str = "gemini-embedding-2"
    #: Dollars for a million tokens, by model (Gemini API price list, read 2026-10-07).
    model_prices: Mapping[str, Mapping[str, float]] = field(default_factory=_list_prices)

    def overridden(self, stored: Mapping[str, Any] | None) -> "OperatingSettings":
        """These settings with the stored ones in their place.

        What has the wrong type or an unknown name, or is no number to count with, is left out: a
        bad value in the store must not stop the answers. The back office refuses such values
        before they are stored.
        """
        if not stored:
            return self
        kept = {
            f.name: stored[f.name]
            for f in fields(self)
            if f.name in stored and _fits(f.type, stored[f.name])
        }
        return replace(self, **kept)


def _fits(kind: Any, value: object) -> bool:
    """Whether a stored value is of a field's type; numbers are finite and never negative."""
    if isinstance(value, bool):
        return kind is bool
    if kind is float and isinstance(value, float):
        return math.isfinite(value) and value >= 0
    if kind in (int, float):
        return isinstance(value, int) and value >= 0
    return isinstance(value, get_origin(kind) or kind)
