"""The operating settings of the local run: quick, so that a newcomer does not wait."""

from google.cloud.firestore_v1 import Client

#: Seconds; a deployment starts with 5 to 15, 4 and 7.
QUICK = {
    "delay_min_seconds": 1.0,
    "delay_max_seconds": 2.0,
    "debounce_seconds": 1.0,
    "cooldown_seconds": 2.0,
    "turns_per_hour": 0,  # one developer is many customers
}


def seed(store: Client) -> bool:
    """Store the quick settings unless some are stored already; whether it did."""
    document = store.document("settings/default")
    if document.get().exists:
        return False
    document.set(dict(QUICK))
    return True
