"""The words in which tests script the model and read what it was asked."""

from typing import Any

from tests.world import World

Json = dict[str, Any]


def call(name: str, **args: Any) -> Json:
    """One scripted call."""
    return {"name": name, "args": args}


def says(*texts: str, **more: Any) -> Json:
    """A scripted step that sends these bubbles."""
    return {"calls": [call("send_instagram_message", text=text) for text in texts], **more}


def step(*calls: Json, **more: Any) -> Json:
    """A scripted step of these calls."""
    return {"calls": list(calls), **more}


def turn(world: World, person: str = "alice") -> Json:
    """The newest trace of a person's thread."""
    path = f"conversations/{world.thread(person)}/turns"
    found = [t.to_dict() or {} for t in world.store.collection(path).stream()]
    return max(found, key=lambda trace: trace["ended_at"])


def asked(world: World) -> list[Json]:
    """The bodies of the requests for an answer, in order."""
    return [r["body"] for r in world.model_requests() if r["method"] == "generateContent"]


def models(world: World) -> list[str]:
    """Which model each request went to."""
    return [r["model"] for r in world.model_requests() if r["method"] == "generateContent"]


def tool_answers(body: Json) -> list[Json]:
    """What the tools of this turn gave back, in order."""
    return [
        part["functionResponse"]["response"]
        for content in body["contents"]
        for part in content["parts"]
        if "functionResponse" in part
    ]


def allowed(body: Json) -> list[str] | None:
    """The tools that may be called, where they are narrowed."""
    calling: Json = body["toolConfig"]["functionCallingConfig"]
    return calling.get("allowedFunctionNames")
