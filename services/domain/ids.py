"""How threads and messages are named."""

import hashlib
import re

#: What the id of a document looks like: one segment, and none of the store's own names.
DOCUMENT_ID = r"(?!\.\.?$)(?!__.*__$)[A-Za-z0-9_.=:+-]{1,512}"
_OWN_ID = re.compile(r"[0-9a-f]{32}")
_DIGITS = re.compile(r"[0-9]{1,32}")
#: The account in whose name the bot is tried; no platform has an id of letters.
PLAYGROUND = "playground"


def is_platform_id(value: str) -> bool:
    """Whether `value` can be the id of a person or an account: digits only."""
    return _DIGITS.fullmatch(value) is not None


def is_own_id(value: str) -> bool:
    """Whether `value` looks like an id that we made, by chance or by digest: 32 hex digits."""
    return _OWN_ID.fullmatch(value) is not None


def thread_id(account_id: str, igsid: str) -> str:
    """The id of one person's thread with one account: an igsid means nothing alone."""
    return f"{account_id}_{igsid}"


def split_thread_id(thread: str) -> tuple[str, str] | None:
    """The account id and the igsid of a thread id, or None if it is none."""
    account_id, _, igsid = thread.partition("_")
    known = account_id == PLAYGROUND or is_platform_id(account_id)
    return (account_id, igsid) if known and is_platform_id(igsid) else None


def account_of(thread: str) -> str:
    """The account of a thread; "" where that is none."""
    return (split_thread_id(thread) or ("", ""))[0]


def igsid_of(thread: str) -> str:
    """The person of a thread; "" where that is none."""
    return (split_thread_id(thread) or ("", ""))[1]


def document_id(mid: str) -> str:
    """The document id of the message `mid`: the mid itself where Firestore allows it."""
    if re.fullmatch(DOCUMENT_ID, mid):
        return mid
    return "h_" + hashlib.sha256(mid.encode()).hexdigest()


def digest(*parts: object) -> str:
    """A task or document name that depends on all `parts`, evenly spread (32 hex digits).

    Cloud Tasks and Firestore slow down on names with a common or rising prefix.
    """
    return hashlib.sha256("|".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[
        :32
    ]


def fraction(*parts: object) -> float:
    """A number in [0, 1) that depends on all `parts` and on nothing else."""
    return int(digest(*parts)[:13], 16) / 16**13
