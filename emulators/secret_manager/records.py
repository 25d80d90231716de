"""A secret and its versions, and the JSON that they are kept as."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ENABLED, DISABLED, DESTROYED = "ENABLED", "DISABLED", "DESTROYED"


@dataclass(slots=True)
class Version:
    """One payload; destroying it empties it for good."""

    number: int
    created_at: datetime
    payload: bytes
    state: str = ENABLED
    destroyed_at: datetime | None = None
    has_checksum: bool = False
    changes: int = 0

    def to_json(self) -> dict[str, Any]:
        """For the file; the payload in base64."""
        return {
            "number": self.number,
            "created_at": self.created_at.isoformat(),
            "payload": base64.b64encode(self.payload).decode(),
            "state": self.state,
            "destroyed_at": self.destroyed_at.isoformat() if self.destroyed_at else None,
            "has_checksum": self.has_checksum,
            "changes": self.changes,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Version":
        """Back from the file."""
        destroyed = kept["destroyed_at"]
        return cls(
            number=kept["number"],
            created_at=datetime.fromisoformat(kept["created_at"]),
            payload=base64.b64decode(kept["payload"]),
            state=kept["state"],
            destroyed_at=datetime.fromisoformat(destroyed) if destroyed else None,
            has_checksum=kept["has_checksum"],
            changes=kept["changes"],
        )


@dataclass(slots=True)
class Secret:
    """A named list of versions, numbered from 1."""

    name: str
    created_at: datetime
    labels: dict[str, str] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For the file."""
        return {
            "name": self.name,
            "created_at": self.created_at.isoformat(),
            "labels": self.labels,
            "versions": [version.to_json() for version in self.versions],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Secret":
        """Back from the file."""
        return cls(
            name=kept["name"],
            created_at=datetime.fromisoformat(kept["created_at"]),
            labels=dict(kept["labels"]),
            versions=[Version.from_json(version) for version in kept["versions"]],
        )
