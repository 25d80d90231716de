"""Who a person is, as Instagram tells it: asked for at most once a day, and never in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from services.domain import paths
from services.domain.contents import text_of
from services.domain.conversation import Conversation
from services.domain.documents import Update
from services.domain.playground import is_playground
from services.domain.terms import plain
from services.errors import GraphRefused, MocaError, NotStored
from services.ports import Clock, Documents, GraphReads

_log = structlog.get_logger()

#: A profile, or that there is none, is believed for this long.
KEPT_FOR = timedelta(hours=24)
#: When Instagram did not answer it is asked again after this.
AGAIN_AFTER = timedelta(hours=1)

_TEXTS = ("name", "username", "profile_pic")
_FLAGS = ("is_user_follow_business", "is_business_follow_user", "is_verified_user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Keeps contacts' profiles fresh."""

    documents: Documents
    graph: GraphReads
    clock: Clock

    def refresh(self, thread: Conversation) -> Mapping[str, Any]:
        """Fetch the person's profile if it is older than a day; what is new of it.

        Never raises: a person without a profile (no consent, Meta's reviewers, blocked) is
        normal, and a message counts for more than a name.
        """
        now = self.clock.now()
        fresh = thread.profile_at is not None and now < thread.profile_at + KEPT_FOR
        if fresh or not thread.account_id or is_playground(thread.thread_id):
            return {}
        asked_at = now
        try:
            found = _stored(self.graph.get_user_profile(thread.account_id, thread.igsid))
        except GraphRefused as refused:
            found = {"profile_error": refused.code}
        except MocaError as error:
            _log.warning("no_profile", thread_id=thread.thread_id, error=type(error).__name__)
            found, asked_at = {}, now - KEPT_FOR + AGAIN_AFTER
        return found if self._keep(thread, {**found, "profile_at": asked_at}) else {}

    def _keep(self, thread: Conversation, found: Mapping[str, Any]) -> bool:
        shown = {f"contact_{name}": found[name] for name in _TEXTS if name in found}
        conversation = {**shown, "profile_at": found["profile_at"]}
        try:
            self.documents.commit(
                [
                    Update(paths.contact(thread.thread_id), dict(found)),
                    Update(paths.conversation(thread.thread_id), conversation),
                ]
            )
        except NotStored:  # deleted since the claim: the name must not bring the person back
            return False
        except MocaError as error:
            _log.warning("profile_not_kept", thread_id=thread.thread_id, error=str(error))
            return False
        return True


def _stored(profile: Mapping[str, Any]) -> dict[str, Any]:
    """What Instagram told, in types that can be relied on."""
    found: dict[str, Any] = {name: text_of(profile.get(name))[:500] or None for name in _TEXTS}
    count = profile.get("follower_count")
    found["follower_count"] = count if isinstance(count, int) else None
    found |= {name: profile[name] for name in _FLAGS if isinstance(profile.get(name), bool)}
    keys = {f"{name}_key": plain(found[name] or "") for name in ("name", "username")}
    return {**found, **keys, "profile_error": None}
