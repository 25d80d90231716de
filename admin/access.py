"""Signing in and out, and the gate in front of every other page."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext, ngettext
from werkzeug.exceptions import HTTPException

from services.bootstrap import Services
from services.domain.documents import Write
from services.office.access import Operator
from services.office.use_cases import Office
from services.store import audit

#: Where a request's environment has the services that answer it.
SERVICES = "moca.services"

blueprint = Blueprint("access", __name__)

_OPEN = frozenset({"access.sign_in", "access.check", "static"})
#: How long a sign-in lasts.
SESSION = timedelta(hours=12)


def services() -> Services:
    """The services that answer this request."""
    found: Services = request.environ[SERVICES]
    return found


def office() -> Office:
    """What the team sees and does."""
    return services().office


def operator() -> Operator:
    """Who is asking; the gate made sure that somebody is."""
    found: Operator = g.operator
    return found


def now() -> datetime:
    """The instant of this request, the same for all of it."""
    if "now" not in g:
        g.now = services().clock.now()
    found: datetime = g.now
    return found


def record(action: audit.Action, target: str, *writes: Write, **more: Any) -> None:
    """Write down who did it, with what is written for it; for acts that no service records."""
    entry = audit.entry(services().ids.new(), now(), operator(), action, target, **more)
    audit.commit(services().documents, entry, *writes)


def require_session() -> Any:
    """Send whoever has not signed in to the sign-in page."""
    if (refusal := _past_the_proxy()) is not None:
        return refusal
    if request.endpoint in _OPEN:
        return None
    if "x-admin-token" in request.headers:
        return _require_token()
    g.operator = _signed_in()
    if g.operator is not None:
        return None
    if request.path.startswith("/api/"):
        return {"error": "A token of the team is needed, in the header x-admin-token."}, 401
    if request.headers.get("HX-Request") or request.path.startswith("/live"):
        answer = make_response(gettext("Your session has ended. Sign in again."), 401)
        answer.headers["HX-Redirect"] = url_for("access.sign_in")
        return answer
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("access.sign_in", next=wanted if wanted != "/" else None))


def _signed_in() -> Operator | None:
    return _of_session() or _of_proxy()


def _of_session() -> Operator | None:
    operator_id, epoch, at = session.get("op"), session.get("epoch"), session.get("at")
    if not isinstance(operator_id, str) or not isinstance(epoch, int) or not at:
        return None
    if session.get("email", "") != g.email:
        return None  # the browser is somebody else's now
    if now() - datetime.fromisoformat(str(at)) > SESSION:
        return None
    return office().access.standing(operator_id, epoch)


def _of_proxy() -> Operator | None:
    proxy = office().proxy
    found = proxy.operator_of(g.email) if proxy is not None else None
    if found is not None:
        _begin(found)
    return found


def _past_the_proxy() -> Any:
    """Where the Identity-Aware Proxy is configured, what did not come through it is refused."""
    proxy, g.email = office().proxy, ""
    if proxy is None:
        return None
    email = proxy.email_of(request.headers.get("x-goog-iap-jwt-assertion", ""))
    if email is None:
        return {"error": "This office is entered through the Identity-Aware Proxy only."}, 401
    g.email = email
    return None


def _begin(found: Operator) -> None:
    session.clear()
    session.permanent = True
    session.update(op=found.id, epoch=found.epoch, at=now().isoformat(), email=g.email)


def _require_token() -> Any:
    """The API's door: each request brings its token, and wrong ones count as sign-ins do.

    While an address must wait no token of it is heard, the right one neither: whoever asks on
    without waiting learns nothing.
    """
    if not request.path.startswith("/api/"):
        return {"error": "The token is for the API."}, 403
    access = office().access
    if (wait := access.wait_of(address())) > 0:
        words = "Too many wrong tokens came from here. Wait, and try again."
        return {"error": words}, 429, {"Retry-After": _seconds(wait)}
    found = access.operator_of(request.headers["x-admin-token"])
    if found is None:
        access.try_sign_in(address())
        return {"error": "That is not a token of the team."}, 401
    g.operator = found
    return None


@blueprint.get("/sign-in")
def sign_in() -> Any:
    """The page that asks for the token."""
    return render_template("access/sign_in.html", problem="")


@blueprint.post("/sign-in")
def check() -> Any:
    """Begin a session for whoever knows a token; tries are counted before they are heard."""
    access = office().access
    wait = access.try_sign_in(address())
    if wait > 0:
        span = _span(_seconds(wait))
        problem = gettext("Too many tries. Wait %(span)s and try again.", span=span)
        page = render_template("access/sign_in.html", problem=problem)
        return page, 429, {"Retry-After": _seconds(wait)}
    found = access.operator_of(request.form.get("token", "").strip())
    if found is None:
        problem = gettext("That is not a token of the team.")
        return render_template("access/sign_in.html", problem=problem), 403
    access.forgive(address())
    _begin(found)
    return redirect(_own(request.args.get("next", "/")))


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End the session of this browser, or of every browser."""
    if request.form.get("everywhere"):
        office().access.sign_out_everywhere(operator())
    session.clear()
    return redirect(url_for("access.sign_in"))


def address() -> str:
    """Who is knocking: the last hop that the platform's front end saw and wrote down."""
    hops = request.headers.get("x-forwarded-for", "").split(",")
    return hops[-1].strip() or request.remote_addr or "unknown"


def _own(wanted: str) -> str:
    """The address of one of our pages, else of the first: built from our routes, never repeated."""
    path, _, query = wanted.partition("?")
    pages = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, values = pages.match(path, method="GET")
    except HTTPException:
        return url_for("inbox.conversations")
    asked = urlencode(parse_qsl(query))
    return url_for(endpoint, **values) + (f"?{asked}" if asked else "")


def _seconds(wait: float) -> int:
    return int(wait) + 1


def _span(seconds: int) -> str:
    if seconds < 90:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))
