"""How the Graph API says no: code, subcode and the body as Meta writes it."""

from dataclasses import dataclass
from typing import Any


@dataclass
class GraphError(Exception):
    """One refusal; `status` is the HTTP status it travels with."""

    message: str
    code: int
    subcode: int | None = None
    status: int = 400
    kind: str = "OAuthException"
    transient: bool = False
    user_title: str | None = None

    def body(self, fbtrace_id: str) -> dict[str, Any]:
        """The JSON body, with the optional keys only where they are known."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        if self.user_title:
            error |= {"error_user_title": self.user_title, "error_user_msg": self.message}
        return {"error": error | {"fbtrace_id": fbtrace_id}}


_WORDS = {
    1: "An unknown error has occurred.",
    2: "Service temporarily unavailable",
    4: "(#4) Application request limit reached",
    10: "(#10) Application does not have permission for this action",
    17: "(#17) User request limit reached",
    32: "(#32) Page request limit reached",
    100: "(#100) Invalid parameter",
    190: "Error validating access token: The session is invalid.",
    200: "(#200) Permissions error",
    230: "(#230) User consent is required to access user profile",
    368: "The action attempted has been deemed abusive or is otherwise disallowed",
    551: "(#551) This person isn't available right now.",
    613: "(#613) Calls to this api have exceeded the rate limit.",
    9010: "(#9010) No matching Instagram user",
    80002: "(#80002) There have been too many calls to this Instagram account.",
    9000001: "The requested message was deleted",
}
_STATUS = {190: 401, 10: 403, 200: 403, 230: 403, 1: 500, 2: 500}
_TRANSIENT = frozenset({1, 2, 4, 17, 32, 613, 80002})


def refusal(
    code: int,
    subcode: int | None = None,
    *,
    status: int | None = None,
    message: str | None = None,
) -> GraphError:
    """The refusal for a code, with Meta's usual words, status and transience."""
    return GraphError(
        message=message or _WORDS.get(code, f"(#{code}) The request was refused."),
        code=code,
        subcode=subcode,
        status=status or _STATUS.get(code, 400),
        kind="IGApiException" if code in {2, 613, 80002} else "OAuthException",
        transient=code in _TRANSIENT,
    )
