"""Routes of the JSON API: a function with its types is route, check of the input and description.

The keyword-only arguments of a function are what a request brings: the query of a GET, the JSON
body of anything else. Their types are what is accepted, and what the OpenAPI document says.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request

from admin.access import operator
from admin.api.types import TOO_DEEP, storable
from admin.security import LARGEST_UPLOAD
from services.domain.json_types import Parameter, parameters, read
from services.domain.plain import plain
from services.errors import Rejected, WrongFields

blueprint = Blueprint("api", __name__, url_prefix="/api")

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API."""

    method: str
    path: str  #: as OpenAPI writes it, below `/api`
    handler: Handler
    admin: bool  #: whether only an admin may ask
    status: int
    answers: Sequence[str]  #: the names in the answer's object

    @property
    def names(self) -> list[str]:
        """What stands in braces in the path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def arguments(self) -> dict[str, Parameter]:
        """The keyword-only ones, with their types resolved."""
        return {n: p for n, p in parameters(self.handler).items() if p.kind is p.KEYWORD_ONLY}

    @property
    def takes_file(self) -> bool:
        """Whether the body is the file itself, as the argument `content`; the rest is a query."""
        return "content" in self.arguments and self.arguments["content"].annotation is bytes

    @property
    def takes_any(self) -> bool:
        """Whether the body's names are the handler's to judge."""
        return any(p.kind is p.VAR_KEYWORD for p in parameters(self.handler).values())

    def answer(self, **ids: str) -> Any:
        """Check who asks and what they bring, and carry it out."""
        if self.admin and not operator().is_admin:
            abort(403, "This is for admins.")
        answer = self.handler(**ids, **self._given())
        return {"success": True} if answer is None else plain(answer), self.status

    def _given(self) -> dict[str, Any]:
        if self.takes_file:
            request.max_content_length = LARGEST_UPLOAD
        asked = self.method == "GET" or self.takes_file
        sent: dict[str, Any] = storable(request.args.to_dict() if asked else _body())
        if self.takes_any:
            if taken := {name: "There is no such field." for name in sent if name in self.names}:
                raise WrongFields(taken)
            return sent
        if self.takes_file:
            sent["content"] = request.get_data()
        return self._read(sent)

    def _read(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments in the types that the handler takes. Raises `WrongFields`."""
        known = self.arguments
        problems = {name: "There is no such field." for name in sent if name not in known}
        found: dict[str, Any] = {}
        for name, parameter in known.items():
            try:
                if name in sent:
                    found[name] = read(sent[name], parameter.annotation)
                elif parameter.default is parameter.empty:
                    problems[name] = "This is needed."
            except ValueError as error:
                problems[name] = str(error)
        if problems:
            raise WrongFields(problems)
        return found


#: Every operation, in the order of the document.
ROUTES: list[Route] = []


def route(
    method: str, path: str, *answers: str, admin: bool = False, status: int = 200
) -> Callable[[Handler], Handler]:
    """Make a function an operation; without an answer of its own it says `success`."""

    def register(handler: Handler) -> Handler:
        found = Route(method, path, handler, admin, status, answers or ("success",))
        ROUTES.append(found)
        rule = re.sub(r"\{(\w+)\}", r"<\1>", path)
        view = functools.partial(Route.answer, found)
        name = handler.__name__
        blueprint.add_url_rule(rule, name, view, methods=[method])
        return handler

    return register


def _body() -> dict[str, Any]:
    try:
        body = request.get_json(silent=True, force=True) if request.data else {}
    except RecursionError:
        raise Rejected(TOO_DEEP) from None
    if not isinstance(body, dict):
        raise Rejected("The body must be a JSON object.")
    return body
