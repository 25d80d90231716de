"""Who a person is, as Instagram tells it: asked for at most once a day, and never in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog

from services.domain import paths
from services.domain.contact import ContactFields
from services.domain.contents import text_of
from services.domain.conversation import Conversation, ConversationFields
from services.domain.playground import is_playground
from services.domain.terms import plain
from services.errors import GraphRefused, MocaError, NotStored
from services.ports import Clock, Documents, GraphReads

_log = structlog.get_logger()

#: A profile, or that there is none, is believed for this long.
KEPT_FOR = timedelta(hours=24)
#: When Instagram did not answer it is asked again after this.
AGAIN_AFTER = timedelta(hours=1)

_FLAGS = ("is_user_follow_business", "is_business_follow_user", "is_verified_user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Keeps contacts' profiles fresh."""

    documents: Documents
    graph: GraphReads
    clock: Clock

    def refresh(self, thread: Conversation) -> ContactFields:
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
            found: ContactFields = _stored(
                self.graph.get_user_profile(thread.account_id, thread.igsid)
            )
        except GraphRefused as refused:
            found = {"profile_error": refused.code}
        except MocaError as error:
            _log.warning("no_profile", thread_id=thread.thread_id, error=type(error).__name__)
            found, asked_at = {}, now - KEPT_FOR + AGAIN_AFTER
        return found if self._keep(thread, {**found, "profile_at": asked_at}) else {}

    def _keep(self, thread: Conversation, found: ContactFields) -> bool:
        conversation: ConversationFields = {"profile_at": found["profile_at"]}
        if "name" in found:
            conversation["contact_name"] = found["name"]
            conversation["contact_username"] = found["username"]
            conversation["contact_profile_pic"] = found["profile_pic"]
        try:
            self.documents.commit(
                [
                    paths.contact(thread.thread_id).update(found),
                    paths.conversation(thread.thread_id).update(conversation),
                ]
            )
        except NotStored:  # deleted since the claim: the name must not bring the person back
            return False
        except MocaError as error:
            _log.warning("profile_not_kept", thread_id=thread.thread_id, error=str(error))
            return False
        return True


def _stored(profile: Mapping[str, Any]) -> ContactFields:
    """What Instagram told, in types that can be relied on."""
    name, username, picture = (
        text_of(profile.get(key))[:500] or None for key in ("name", "username", "profile_pic")
    )
    count = profile.get("follower_count")
    found: ContactFields = {
        "name": name,
        "name_key": plain(name or ""),
        "username": username,
        "username_key": plain(username or ""),
        "profile_pic": picture,
        "follower_count": count if isinstance(count, int) else None,
        "profile_error": None,
    }
    flags = {flag: profile[flag] for flag in _FLAGS if isinstance(profile.get(flag), bool)}
    return found | cast("ContactFields", flags)
