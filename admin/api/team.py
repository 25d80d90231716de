"""The operators, and how one of them likes to work."""

from typing import Any, Literal

from admin import present
from admin.access import office, operator
from admin.api.routes import route
from admin.language import LANGUAGES
from services.errors import Rejected
from services.office.access import Operator


@route("GET", "/me", "operator")
def read_me() -> Any:
    """Whose token it is."""
    me = operator()
    liked = {"zone": me.zone, "language": me.language, "keys": me.keys, "sound": me.sound}
    return {"operator": {**_told(me), **liked}}


@route("PUT", "/me")
def write_me(*, zone: str = "", language: str = "", keys: bool = True, sound: bool = False) -> None:
    """How one likes to work; what is left out is as in the beginning."""
    if zone and zone not in present.zones():
        raise Rejected("There is no such time zone.")
    if language and language not in LANGUAGES:
        raise Rejected("There is no such language.")
    office().access.prefer(operator(), zone=zone, language=language, keys=keys, sound=sound)


@route("POST", "/me/sign_out")
def sign_out_everywhere() -> None:
    """End all of one's sessions; tokens go on working."""
    office().access.sign_out_everywhere(operator())


@route("GET", "/team", "team", admin=True)
def list_team() -> Any:
    """Everybody who may enter."""
    return {"team": [_told(one) for one in office().access.team()]}


@route("POST", "/team", "token", admin=True, status=201)
def add_operator(*, name: str, role: Literal["admin", "agent"]) -> Any:
    """A new operator; the token is told only now."""
    words = " ".join(name.split())
    if not 1 <= len(words) <= 60:
        raise Rejected("A name has 1 to 60 characters.")
    return {"token": office().access.add(words, role, operator())}


@route("PUT", "/team/{operator_id}/email", admin=True)
def name_email(operator_id: str, *, email: str) -> None:
    """By which e-mail the Identity-Aware Proxy knows the operator; none with an empty one."""
    office().access.name_email(operator_id, email, operator())


@route("DELETE", "/team/{operator_id}", admin=True)
def dismiss_operator(operator_id: str) -> None:
    """The operator's token and sessions end now."""
    office().access.dismiss(operator_id, operator())


def _told(one: Operator) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "active": one.active,
        "email": one.email,
    }
