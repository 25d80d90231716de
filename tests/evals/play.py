"""Playing one case through the whole of Moca, from signed webhook to Instagram's own record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from emulators.gemini.replies import tokens_in
from services import bootstrap
from tests.evals.cases import Case
from tests.world import ACCOUNT, World

PERSON = "alice"
Json = Mapping[str, Any]
#: Parts of a model request, and where they stand in it.
_PARTS = (("instructions", "systemInstruction"), ("tools", "tools"), ("history", "contents"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What happened."""

    sent: Sequence[str]
    calls: Sequence[Json]  #: name, arguments, failed; in order
    conversation: Json
    contact: Json
    reactions: Sequence[str]
    alerts: Sequence[Json]
    asked: Sequence[str] = field(repr=False)  #: the text of each request, empty for a real model
    cost_microdollars: int = 0
    turns: Sequence[Json] = ()  #: of each that asked: model requests, and tokens by kind
    requests: Sequence[Json] = ()  #: of each recorded one: tokens by part


def play(world: World, case: Case) -> Played:
    """Run `case` in a world in which nothing has happened yet."""
    _prepare(world, case)
    rounds = [{"says": case.get("says", ()), "script": case.get("script", ())}]
    for number, part in enumerate([*rounds, *case.get("then", ())]):
        _round(world, part, number)
    world.settle(within_seconds=60 * case.get("settle_minutes", 0))
    return _played(world)


def _prepare(world: World, case: Case) -> None:
    if settings := case.get("settings"):
        world.configure(**settings)
    thread = world.thread(PERSON)
    if contact := case.get("contact"):
        world.store.document(f"contacts/{thread}").set(dict(contact), merge=True)
    for number, rule in enumerate(case.get("rules", ())):
        usual = {"enabled": True, "kind": "keyword", "action": "reply", "order": number}
        world.store.document(f"rules/{number}").set({**usual, **rule})
    services = bootstrap.services("process_thread")
    for title, text in case.get("knowledge", {}).items():
        services.knowledge.save(title, ACCOUNT, title, text)
    _set_sessions(world, case.get("sessions", ()))
    for place, line in enumerate(case.get("before", ())):
        _past(world, line, minutes_ago=60 - place)
    if recorded := case.get("recorded"):
        agent = replace(services.agent, recorded=recorded)
        services.__dict__["agent"] = agent  # a cached part: what a test puts there is what is used


def _set_sessions(world: World, sessions: Sequence[Json]) -> None:
    events = [
        {
            "heading": session.get("heading", "Net session"),
            "startTimestamp": _stamp(world, session["in_hours"]),
            "endTimestamp": _stamp(world, session["in_hours"] + 2),
        }
        for session in sessions
    ]
    url = f"{world.stack.instagram_url}/_sim/spond"
    world.http.post(url, json={"events": events}).raise_for_status()


def _stamp(world: World, hours: float) -> str:
    return f"{world.clock.now() + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.000Z}"


def _past(world: World, line: Json, minutes_ago: float) -> None:
    who = next(key for key in ("person", "bot", "colleague") if key in line)
    role = {"person": "user", "bot": "bot", "colleague": "human"}[who]
    at = world.clock.now() - timedelta(minutes=minutes_ago)
    document = {
        "direction": "inbound" if who == "person" else "outgoing",
        "role": role,
        "kind": "text",
        "text": line[who],
        "status": "processed" if who == "person" else "sent",
        "mid": f"past-{minutes_ago}",
        "created_at": at,
        "received_at": at,
        **line.get("fields", {}),
    }
    path = f"conversations/{world.thread(PERSON)}/messages/past-{minutes_ago}"
    world.store.document(path).set(document)


def _round(world: World, part: Json, number: int) -> None:
    if number:
        world.advance(60 * part.get("after_minutes", 1))
    if part.get("owner_says"):
        world.owner_types(PERSON, part["owner_says"])
        world.settle()
    if not world.stack.real_model and part.get("script"):
        world.model_says(*map(_reply, part["script"]))
    for text in part.get("says", ()):
        world.dm(PERSON, text)
    world.settle()


def _reply(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        return {"calls": [{"name": "send_instagram_message", "args": {"text": item}}]}
    if isinstance(item, list):
        return {"calls": [{"name": name, "args": arguments} for name, arguments in item]}
    return dict(item)


def _played(world: World) -> Played:
    thread = world.thread(PERSON)
    traces = [t.to_dict() or {} for t in world.store.collection(_turns(thread)).stream()]
    traces.sort(key=lambda trace: trace["ended_at"])
    steps = [step for trace in traces for step in trace.get("steps", ())]
    contact = world.store.document(f"contacts/{thread}").get().to_dict() or {}
    outgoing = world.messages(PERSON, "outgoing")
    recorded = [] if world.stack.real_model else world.model_requests()
    asked = [r["body"] for r in recorded if r["method"] == "generateContent"]
    return Played(
        sent=world.sent_to(PERSON),
        calls=[call for step in steps for call in step["calls"]],
        conversation=world.conversation(PERSON),
        contact=contact,
        reactions=[m["reaction"] for m in outgoing if m.get("reaction")],
        alerts=world.documents("manager_alerts"),
        asked=[_text(body) for body in asked],
        cost_microdollars=sum(trace.get("cost_microdollars", 0) for trace in traces),
        turns=[
            {"requests": trace["requests"], **trace["tokens"]}
            for trace in traces
            if trace.get("requests")
        ],
        requests=[{part: tokens_in(body.get(key)) for part, key in _PARTS} for body in asked],
    )


def _turns(thread: str) -> str:
    return f"conversations/{thread}/turns"


def _text(body: Json) -> str:
    """Everything that the model could read of a request."""
    parts = [*body["systemInstruction"]["parts"]]
    parts += [part for content in body["contents"] for part in content["parts"]]
    return "\n".join(str(part.get("text") or part) for part in parts)
