"""Who may enter the back office, and how often one may try.

The admin token of the deployment is always one way in. Further operators have tokens of their
own, of which only a hash is stored.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.domain import paths
from services.domain.documents import Delete, Increment, Path, Query, Write
from services.domain.fields import OperatorFields
from services.domain.ids import digest
from services.domain.text import Text
from services.domain.throttle import PER_ADDRESS, TOGETHER, Tries, TriesFields
from services.errors import Rejected
from services.ports import Clock, Documents, Ids, Reads
from services.security.signature import same_secret
from services.store import audit
from services.ttl_cache import TtlCache

#: The operator who signs in with the deployment's own token.
OWNER_ID = "owner"
ROLES = ("admin", "agent")
#: How long an instance may work with an operator's record that was changed meanwhile.
KEPT_FOR = timedelta(seconds=5)
#: Operators on a page; a team of more than these works in another product.
MOST_OPERATORS = 100
_NOT_DISMISSED = Text("That operator cannot be dismissed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A person of the team."""

    id: str
    name: str
    role: str = "agent"
    active: bool = True
    epoch: int = 0  #: counts the "sign out everywhere"
    zone: str = ""  #: IANA name; empty for the business's own
    language: str = ""  #: a key of the office's languages; empty for the browser's
    keys: bool = True  #: whether single-key shortcuts work
    sound: bool = False
    email: str = ""  #: by which the Identity-Aware Proxy knows them

    @property
    def is_admin(self) -> bool:
        """Whether settings, operators and accounts are theirs to change."""
        return self.role == "admin"

    @classmethod
    def from_doc(cls, operator_id: str, doc: dict[str, Any] | None) -> "Operator":
        """Read a stored operator; the owner needs no document."""
        doc = doc or {}
        owner = operator_id == OWNER_ID
        return cls(
            id=operator_id,
            name=str(doc.get("name") or ("Owner" if owner else operator_id)),
            role="admin" if owner else str(doc.get("role", "agent")),
            active=True if owner else bool(doc.get("active", False)),
            epoch=int(doc.get("epoch", 0)),
            zone=str(doc.get("zone") or ""),
            language=str(doc.get("language") or ""),
            keys=bool(doc.get("keys", True)),
            sound=bool(doc.get("sound", False)),
            email=str(doc.get("email") or ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAccess:
    """Signs people in, and says whether a session still stands."""

    documents: Documents
    clock: Clock
    ids: Ids
    admin_token: str
    operators: TtlCache[str, Operator]  #: by id, `KEPT_FOR`

    def try_sign_in(self, address: str) -> float:
        """Count one try of `address`; seconds to wait if it must not be heard, else 0.

        It is counted before the token is looked at, so that tries side by side count as well.
        """
        mine, all_ = _tries(address)
        now = self.clock.now()

        def work(reads: Reads) -> tuple[float, Sequence[Write]]:
            own, together = (Tries.from_doc(s.fields) for s in reads.get(mine, all_))
            wait = max(own.left(now), together.left(now))
            if wait > 0:
                return wait, []
            return 0.0, [
                mine.merge(own.plus_one(PER_ADDRESS, now)),
                all_.merge(together.plus_one(TOGETHER, now)),
            ]

        return self.documents.transact(work)

    def wait_of(self, address: str) -> float:
        """Seconds until a try of `address` is heard, 0 if it is now; counts nothing."""
        now = self.clock.now()
        return max(Tries.from_doc(s.fields).left(now) for s in self.documents.get(*_tries(address)))

    def forgive(self, address: str) -> None:
        """A good sign-in: the tries of `address` are forgotten."""
        self.documents.commit([Delete(_tries(address)[0])])

    def operator_of(self, token: str) -> Operator | None:
        """Whose token it is, or None. Compared in constant time, by hash."""
        operator_id, dot, _secret = token.partition(".")
        if same_secret(token, self.admin_token):
            return self._fresh(OWNER_ID)
        if not dot or not _is_id(operator_id):
            return None
        (stored,) = self.documents.get(paths.operator(operator_id))
        known = str((stored.fields or {}).get("token_hash") or "")
        operator = Operator.from_doc(operator_id, stored.fields)
        good = same_secret(hash_of(token), known)
        return operator if good and operator.active else None

    def standing(self, operator_id: str, epoch: int) -> Operator | None:
        """The operator of a session, or None if it was ended; at most `KEPT_FOR` old."""
        operator = self._operator(operator_id)
        return operator if operator.active and operator.epoch == epoch else None

    def sign_out_everywhere(self, operator: Operator) -> None:
        """End every session of the operator, on every instance within `KEPT_FOR`."""
        now, path = self.clock.now(), paths.operator(operator.id)
        record = audit.entry(self.ids.new(), now, operator, "sign_out_everywhere", path)
        audit.commit(self.documents, record, path.merge({"epoch": Increment(1)}))
        self.operators.forget(operator.id)

    def prefer(
        self, operator: Operator, *, zone: str, language: str, keys: bool, sound: bool
    ) -> None:
        """Store how the operator likes to work."""
        likes = paths.operator(operator.id).merge(
            {"zone": zone, "language": language, "keys": keys, "sound": sound}
        )
        self.documents.commit([likes])
        self.operators.forget(operator.id)

    def team(self) -> list[Operator]:
        """Everybody who may enter, the owner first."""
        found = self.documents.query(Query(paths.OPERATORS, limit=MOST_OPERATORS))
        others = [Operator.from_doc(s.id, s.fields) for s in found if s.id != OWNER_ID]
        return [self._fresh(OWNER_ID), *sorted(others, key=lambda o: o.name.lower())]

    def name_email(self, operator_id: str, email: str, by: Operator) -> None:
        """By which e-mail the Identity-Aware Proxy knows them; none with "". Raises `Rejected`."""
        word, path = email.strip().lower(), paths.operator(operator_id)
        if word and (word.count("@") != 1 or len(word) > 200):
            raise Rejected(Text("This is not an e-mail address."))
        team = {one.id: one.email for one in self.team()}
        if operator_id not in team:
            raise Rejected(Text("There is no such operator."))
        if word and word in {email for other, email in team.items() if other != operator_id}:
            raise Rejected(Text("Another operator has this e-mail address."))
        now, after = self.clock.now(), {"email": word}
        record = audit.entry(self.ids.new(), now, by, "operator_email", path, after=after)
        audit.commit(self.documents, record, path.merge({"email": word}))
        self.operators.forget(operator_id)

    def add(self, name: str, role: str, by: Operator) -> str:
        """A new operator's token, which is shown once and stored nowhere."""
        operator_id = digest("operator", self.ids.new())[:12]
        token = f"{operator_id}.{self.ids.new()}{self.ids.new()}"
        now = self.clock.now()
        fields: OperatorFields = {
            "name": name,
            "role": role,
            "active": True,
            "token_hash": hash_of(token),
            "created_at": now,
        }
        path = paths.operator(operator_id)
        after = {"name": name, "role": role}
        record = audit.entry(self.ids.new(), now, by, "operator_added", path, after=after)
        audit.commit(self.documents, record, path.create(fields))
        return token

    def dismiss(self, operator_id: str, by: Operator) -> None:
        """The operator's token and sessions end. `Rejected` for oneself, the owner and nobody."""
        if operator_id in (OWNER_ID, by.id) or not _is_id(operator_id):
            raise Rejected(_NOT_DISMISSED)
        path, now, entry_id = paths.operator(operator_id), self.clock.now(), self.ids.new()
        gone: OperatorFields = {
            "active": False,
            "token_hash": "",
            "email": "",
            "epoch": Increment(1),
        }

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            if reads.get(path)[0].fields is None:
                raise Rejected(_NOT_DISMISSED)
            record = audit.entry(entry_id, now, by, "operator_dismissed", path)
            return None, [path.update(gone), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))
        self.operators.forget(operator_id)

    def _fresh(self, operator_id: str) -> Operator:
        self.operators.forget(operator_id)
        return self._operator(operator_id)

    def _operator(self, operator_id: str) -> Operator:
        def read() -> Operator:
            (stored,) = self.documents.get(paths.operator(operator_id))
            return Operator.from_doc(operator_id, stored.fields)

        return self.operators.get(operator_id, read)


def hash_of(token: str) -> str:
    """What is stored of a token: it is random and long, so that a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def _tries(address: str) -> tuple[Path[TriesFields], Path[TriesFields]]:
    """Where the tries of an address stand, and those of all together."""
    return paths.sign_in_tries(digest("address", address)), paths.sign_in_tries("all")


def _is_id(text: str) -> bool:
    return text.isalnum() and text.isascii() and len(text) <= 32
