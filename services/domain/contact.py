"""A person as one account sees them; one document of `contacts`."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from services.domain.documents import Maximum, Removed


class ContactFields(TypedDict, total=False):
    """Every field: what Instagram tells, what the person told, and what the team has noted."""

    account_id: str
    igsid: str
    last_seen_at: Maximum
    name: str | None
    username: str | None
    name_key: str
    username_key: str
    profile_pic: str | None
    follower_count: int | None
    is_user_follow_business: bool
    is_business_follow_user: bool
    is_verified_user: bool
    profile_at: datetime
    profile_error: int | None
    given_name: str
    company: str
    city: str
    email: str | Removed
    phone: str | Removed
    sector: str | Removed
    notes: str | Removed
    custom: Mapping[str, str] | Removed
    connected_at: datetime | Removed
    connected_user_id: str | Removed
    opted_out_at: int
    opted_in_at: int
