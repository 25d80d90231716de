"""Every call to the outside passes here: where runs are interleaved, delayed, failed, crashed."""

from collections.abc import Callable
from typing import Any

import grpc
import httpx

from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from emulators.refused import Refused
from tests.simulation.faults import ORDINARY, Fate, Weather
from tests.simulation.scheduler import Crashed, Scheduler
from tests.simulation.story import Story

Seen = Callable[[str, str], None]


class Points:
    """Switches, delays and fails calls; `seen` is told of each one, before and after."""

    def __init__(self, scheduler: Scheduler, weather: Weather, story: Story) -> None:
        self.scheduler = scheduler
        self.weather = weather
        self.story = story
        self.crash: Callable[[], None] = lambda: None
        self.seen: Seen = lambda _call, _when: None
        self.observe: Callable[[], None] = lambda: None
        self._fates: dict[int, Fate] = {}

    def before(self, call: str) -> Fate:
        """A runner is about to call: its fate, once it may go on. Raises `Crashed`."""
        if self.scheduler.current is None:
            return ORDINARY
        runner = self.scheduler.mine()
        runner.points += 1
        fate = self.weather.fate(call, f"{runner.label}/{runner.points}:{call}")
        self._fates[id(runner)] = fate
        self.seen(call, "before")
        self.scheduler.switch(f"before {call}", fate.seconds_before)
        if fate.before == "crash":
            self._crash(call, "before")
        if fate.before:
            self.weather.count(call, f"failed: {fate.before}")
            self._tell(call, f"fails without effect: {fate.before}")
        return fate

    def after(self, call: str) -> Fate:
        """The call took effect: its fate, once the runner may go on. Raises `Crashed`."""
        if self.scheduler.current is None:
            return ORDINARY
        runner = self.scheduler.mine()
        fate = self._fates.pop(id(runner), ORDINARY)
        self.observe()
        self.seen(call, "after")
        if fate.after == "crash":
            self._crash(call, "after")
        if fate.after:
            self.weather.count(call, f"took effect and failed: {fate.after}")
            self._tell(call, f"takes effect, but fails: {fate.after}")
        self.scheduler.switch(f"after {call}", fate.seconds_after)
        return fate

    def _crash(self, call: str, when: str) -> None:
        self.weather.count(call, f"crash {when}")
        self._tell(call, f"CRASH {when} it")
        self.crash()
        raise Crashed

    def _tell(self, call: str, what: str) -> None:
        runner = self.scheduler.mine()
        self.story.tell(self.scheduler.clock.now(), runner.label, f"{call} {what}")


class GrpcPoints:
    """The hooks of an in-process gRPC channel."""

    def __init__(self, points: Points, service: str) -> None:
        self._points = points
        self._service = service

    def before(self, method: str) -> None:
        """Raises `Refused` for a call that fails without effect."""
        fate = self._points.before(f"{self._service}.{method}")
        if fate.before:
            raise Refused(grpc.StatusCode[fate.before], "simulated, without effect")

    def after(self, method: str) -> None:
        """Raises `Refused` for a call whose answer is lost."""
        fate = self._points.after(f"{self._service}.{method}")
        if fate.after:
            raise Refused(grpc.StatusCode[fate.after], "simulated, after the effect")


def store_hooks(points: Points, engine: Engine) -> inprocess.Hooks:
    """Firestore's hooks: a wait for a lock is a switch, and ends at the client's deadline."""
    grpc_points = GrpcPoints(points, "Firestore")

    def wait(ticket: Any) -> None:
        points.weather.count("Firestore", "waited for a lock")
        if not points.scheduler.wait(ticket, points.weather.lock_seconds):
            engine.cancel(ticket)
            points.weather.count("Firestore", "gave up waiting for a lock")
            raise Refused(grpc.StatusCode.DEADLINE_EXCEEDED, "simulated: the lock was not free")

    return inprocess.Hooks(wait=wait, before=grpc_points.before, after=grpc_points.after)


_ERRORS = {
    "throttle": (400, {"error": {"code": 613, "message": "Calls to this api have exceeded"}}),
    "ambiguous": (500, {"error": {"code": 1, "error_subcode": 1357046, "message": "Try later"}}),
    "status500": (500, None),
}


class GraphTransport(httpx.BaseTransport):
    """Instagram's API on the calling thread, under the weather."""

    def __init__(self, points: Points, app: Any) -> None:
        self._points = points
        self._inner = httpx.WSGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange; what the weather says about it."""
        call = f"Graph.{_action(request)}"
        fate = self._points.before(call)
        if fate.before:
            return _failed(fate.before, request)
        response = self._inner.handle_request(request)
        response.read()
        fate = self._points.after(call)
        return _failed(fate.after, request) if fate.after else response


def _action(request: httpx.Request) -> str:
    if request.method == "POST" and request.url.path.endswith("/messages"):
        return "action" if b'"sender_action"' in request.content else "send"
    return request.method.lower()


def _failed(kind: str, request: httpx.Request) -> httpx.Response:
    if kind == "connect":
        raise httpx.ConnectError("simulated", request=request)
    if kind == "timeout":
        raise httpx.ReadTimeout("simulated", request=request)
    status, body = _ERRORS[kind]
    if body is None:
        return httpx.Response(status, text="<html>Sorry</html>", request=request)
    return httpx.Response(status, json=body, request=request)
