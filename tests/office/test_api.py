"""The JSON API: every operation answers as its own document says, to whom it may."""

import json
from typing import Any

import httpx
import openapi_spec_validator
import pytest

from admin.api import ROUTES
from admin.api.document import document
from admin.api.routes import Route
from emulators.gateway import credentials
from tests.office import scene
from tests.office.conftest import Desk
from tests.world import ACCOUNT, World

TOKEN = {"x-admin-token": credentials.ADMIN_TOKEN}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
#: Later than any test before this one can have moved the clock to.
LATER = "2126-11-04T09:00:00Z"
#: What is sent where an operation takes something: its good case.
SENT: dict[str, dict[str, Any]] = {
    "search": {"q": "alice"},
    "change_several": {"threads": ["{thread_id}"], "act": "label", "label": "vip"},
    "snooze": {"until": LATER},
    "assign": {"operator_id": "owner"},
    "label": {"label": "vip"},
    "mark_seen": {"seq": 1},
    "set_bot": {"bot": "drafts"},
    "send": {"text": "by script"},
    "note": {"text": "for us"},
    "write_to_playground": {"text": "hello"},
    "rate": {"verdict": "up"},
    "opt": {"out": True},
    "delete_contact": {"confirm": "{igsid}"},
    "write_canned": {"text": "We open at ten."},
    "add_rule": {"kind": "keyword", "words": ["hours"], "action": "silent"},
    "add_knowledge": {"title": "Hours", "text": "Ten to six."},
    "add_operator": {"name": "Marta", "role": "agent"},
    "change_settings": {"business_name": "Nova"},
    "reset_setting": {"name": "business_name"},
    "set_openers": {"questions": ["Open?"], "menu": [{"title": "Us", "url": "https://a.example"}]},
    "add_account": {"token": credentials.ACCESS_TOKEN},
    "replace_token": {"token": credentials.ACCESS_TOKEN},
}
#: Operations whose good case needs more of a story; each has a test below.
ELSEWHERE = {
    "retry", "mark_arrived", "answer_again", "describe", "replay_event", "undo_change",
    "read_turn", "rate", "unlink", "dismiss_operator", "name_email", "suggest", "export_case",
    "send_file",
    "put_version_back", "read_prompt",
}  # fmt: skip


class Script:
    """Asks as a script would, with one token."""

    def __init__(self, desk: Desk, token: str = credentials.ADMIN_TOKEN) -> None:
        self._http = desk.http
        self._headers = {"x-admin-token": token} if token else {}

    def __call__(self, method: str, path: str, **body: Any) -> httpx.Response:
        sent: dict[str, Any] = {"params": body} if method == "GET" else {"json": body}
        return self._http.request(method, f"/api{path}", headers=self._headers, **sent)

    def raw(self, method: str, path: str, content: bytes) -> httpx.Response:
        return self._http.request(method, f"/api{path}", headers=self._headers, content=content)


@pytest.fixture
def script(world: World, stranger: Desk) -> Script:
    """The owner's script; alice has written and was answered."""
    world.dm("alice", "hello")
    world.settle()
    return Script(stranger)


def test_every_operation_answers_as_its_document_says(world: World, script: Script) -> None:
    thread_id = world.thread("alice")
    told = document()["paths"]
    last = sorted(ROUTES, key=lambda route: "delete" in route.handler.__name__)
    for route in last:
        name = route.handler.__name__
        if name in ELSEWHERE:
            continue
        answer = script(route.method, _path(route, thread_id), **_body(name, thread_id))
        assert answer.status_code == route.status, (name, answer.text)
        assert str(route.status) in told[route.path][route.method.lower()]["responses"]
        assert set(answer.json()) == set(route.answers), name


def test_the_document_is_openapi(script: Script) -> None:
    found = script("GET", "/openapi.json").json()
    openapi_spec_validator.validate(found)
    names = [op["operationId"] for path in found["paths"].values() for op in path.values()]
    assert len(names) == len(set(names)) == len(ROUTES)


def test_nothing_is_told_without_a_token(world: World, stranger: Desk) -> None:
    for route in ROUTES:
        answer = Script(stranger, "")(route.method, _path(route, "1_2"))
        assert answer.status_code == 401, route.handler.__name__
        assert answer.json()["error"]


def test_what_is_for_admins_is_refused_to_agents(world: World, script: Script) -> None:
    agent = Script(Desk(world), script("POST", "/team", name="Marta", role="agent").json()["token"])
    for route in (route for route in ROUTES if route.admin):
        name = route.handler.__name__
        answer = agent(route.method, _path(route, "1_2"), **_body(name, "1_2"))
        assert (answer.status_code, answer.json()["error"]) == (403, "This is for admins."), name
    assert agent("GET", "/me").json()["operator"]["name"] == "Marta"


def test_agents_read_who_changed_what_and_not_to_what(world: World, script: Script) -> None:
    agent = Script(Desk(world), script("POST", "/team", name="Marta", role="agent").json()["token"])
    script("POST", "/settings/default", business_facts="the safe is behind the bar")
    told, all_ = (ask("GET", "/audit").json()["entries"] for ask in (agent, script))
    assert [entry["id"] for entry in told] == [entry["id"] for entry in all_]
    assert {entry["action"] for entry in told} == {"settings", "operator_added"}
    assert not [entry for entry in told if entry.keys() & {"before", "after"}]
    assert "behind the bar" in str(all_)


def test_what_makes_no_sense_is_refused_with_each_field(world: World, script: Script) -> None:
    thread_id = world.thread("alice")
    for route in (route for route in ROUTES if not route.takes_any and not route.takes_file):
        wrong: dict[str, Any] = {
            name: {"deep": []} for name in route.arguments if route.method != "GET"
        }
        needed = {n for n, p in route.arguments.items() if p.default is p.empty}
        for sent, named in ((wrong, set(wrong)), ({}, needed)):
            answer = script(route.method, _path(route, thread_id), **sent, no_such_field="x")
            assert answer.status_code == 422, (route.handler.__name__, answer.text)
            assert set(answer.json()["problems"]) >= {*named, "no_such_field"}


def test_errors_have_one_shape(world: World, script: Script) -> None:
    label = f"/conversations/{world.thread('alice')}/label"
    for body in (b"[1]", b"{", b"null", b'"x"'):
        answer = script.raw("POST", label, body)
        assert answer.status_code == 400
        assert answer.json() == {"error": "The body must be a JSON object."}
    for path in ("/conversations/x", "/nothing", "/accounts/abc", "/settings/x"):
        answer = script("GET", path)
        assert answer.status_code in (400, 404)
        assert set(answer.json()) == {"error"}


def test_a_text_that_cannot_be_stored_is_cleaned_and_one_nested_too_deeply_refused(
    world: World, script: Script
) -> None:
    thread_id, lone = world.thread("alice"), "a\ud800\x00b"
    for method, path, body in (
        ("POST", f"/conversations/{thread_id}/notes", {"text": lone}),
        ("PUT", f"/contacts/{thread_id}", {"notes": lone, "custom": {lone: lone}}),
        ("PUT", "/canned/hours", {"text": lone}),
        ("POST", "/settings/default", {"business_facts": lone}),
    ):
        answer = script.raw(method, path, json.dumps(body).encode())
        assert answer.status_code in (200, 201), (path, answer.text)
    assert "a\ufffd\ufffdb" in [message["text"] for message in world.messages("alice")]
    for path in ("/settings/default", "/playground"):
        for depth in (20, 50_000):
            deep = b'{"text":' + b"[" * depth + b"]" * depth + b"}"
            answer = script.raw("POST", path, deep)
            assert (answer.status_code, "too deeply" in answer.text) == (400, True)


def test_an_account_does_not_become_ours_by_being_named(world: World, script: Script) -> None:
    assert script("GET", "/accounts/999").status_code == 404
    for act in ("pause", "resume", "self_test"):
        assert script("POST", f"/accounts/999/{act}").status_code == 404
    assert not world.store.document("accounts/999").get().exists


def test_knowledge_and_days_are_an_accounts_own(world: World, script: Script) -> None:
    world.store.document("accounts/27000").set({"state": "active"})
    script("POST", "/knowledge", title="Parking", text="Behind.", account_id="27000")
    assert script("GET", "/knowledge").json()["knowledge"] == []
    (entry,) = script("GET", "/knowledge", account_id="27000").json()["knowledge"]
    assert entry["text"] == "Behind."
    assert len(script("GET", "/days").json()["days"]) == 1
    assert script("GET", "/days", account_id="27000").json()["days"] == []
    for path in ("/knowledge", "/days"):
        refused = script("GET", path, account_id="1")
        assert (refused.status_code, refused.json()["error"]) == (400, "There is no such account.")


def test_a_script_does_to_an_account_what_its_page_does(world: World, script: Script) -> None:
    assert script("POST", "/accounts", token=credentials.ACCESS_TOKEN).status_code == 201
    menu = [{"title": "Us", "url": "https://a.example"}]
    said = {"questions": ["Open?"], "menu": menu}
    assert script("PUT", f"/accounts/{ACCOUNT}/openers", **said).status_code == 200
    told = {entry["action"]: entry for entry in script("GET", "/audit").json()["entries"]}
    assert set(told) == {"account_added", "openers"}
    assert told["openers"]["after"] == {"questions": ["Open?"], "menu": ["Us"]}
    assert script("GET", "/accounts/999/openers").status_code == 404
    assert script("PUT", "/accounts/999/openers", **said).status_code == 404


def test_there_is_no_such_time(world: World, script: Script) -> None:
    path = f"/conversations/{world.thread('alice')}"
    for minutes in (float("nan"), float("inf"), 1e300, -5):
        answer = script.raw("POST", f"{path}/take_over", json.dumps({"minutes": minutes}).encode())
        assert (answer.status_code, list(answer.json()["problems"])) == (422, ["minutes"])
    answer = script("POST", f"{path}/snooze", until="9999-12-31T23:59:59-12:00")
    assert (answer.status_code, list(answer.json()["problems"])) == (422, ["until"])
    after = "0001-01-01T00:00:00+12:00~1"
    assert script("GET", "/audit", after=after).json() == script("GET", "/audit").json()


def test_a_list_is_read_page_by_page(world: World, script: Script) -> None:
    scene.conversations(world, 60)
    first = script("GET", "/conversations").json()
    second = script("GET", "/conversations", after=first["next"]).json()
    ids = [row["id"] for row in first["conversations"] + second["conversations"]]
    assert len(ids) == len(set(ids)) == 61
    assert second["next"] is None


def test_a_script_answers_closes_and_is_recorded(world: World, script: Script) -> None:
    thread = f"/conversations/{world.thread('alice')}"
    key = "a" * 32
    for _ in range(2):  # sent twice, queued once
        assert script("POST", f"{thread}/messages", text="by script", key=key).status_code == 202
    world.settle(60)
    assert world.sent_to("alice").count("by script") == 1
    script("POST", f"{thread}/close")
    assert world.conversation("alice")["status"] == "closed"
    acts = [entry["action"] for entry in script("GET", "/audit").json()["entries"]]
    assert acts[0] == "close"


def test_a_file_is_sent(world: World, script: Script) -> None:
    files = f"/conversations/{world.thread('alice')}/files?name=hours.png&text=Our+hours"
    assert script.raw("POST", files, PNG).status_code == 202
    assert script.raw("POST", files, b"plain words").status_code == 400
    assert script.raw("POST", files.partition("?")[0], PNG).json()["problems"]["name"]
    world.settle(60)
    assert world.sent_to("alice")[-1] == "Our hours"


def test_a_failed_send_is_retried_and_a_given_up_message_answered(
    world: World, script: Script
) -> None:
    thread_id = world.thread("alice")
    world.instagram_does({"code": 100})
    script("POST", f"/conversations/{thread_id}/messages", text="again")
    world.settle(60)
    (failed,) = script("GET", "/queue", which="failed").json()["messages"]
    message = f"/conversations/{thread_id}/messages/{failed['id']}"
    assert script("POST", f"{message}/arrived").status_code == 400
    assert script("POST", f"{message}/retry").status_code == 200
    world.settle(60)
    assert world.sent_to("alice")[-1] == "again"
    assert script("POST", f"{message}/answer").status_code == 400
    assert script("POST", f"{message}/describe").status_code == 400


def test_a_reply_is_rated_and_its_turn_read(world: World, script: Script) -> None:
    thread = f"/conversations/{world.thread('alice')}"
    reply = script("GET", thread).json()["messages"][-1]
    assert script("POST", f"{thread}/messages/{reply['id']}/feedback", verdict="up").json()
    turn = script("GET", f"{thread}/turns/{reply['turn_id']}").json()["turn"]
    assert turn["outcome"] == "answered"
    assert script("GET", f"{thread}/turns/{reply['turn_id']}/case").json()["case"]
    assert script("GET", f"{thread}/turns/none").status_code == 404
    assert script("POST", f"{thread}/suggest").status_code == 400  # the last word is ours


def test_settings_take_neither_nothing_nor_what_the_path_says(script: Script) -> None:
    for wrong in ({"scope": "default"}, {"business_name": None}):
        answer = script("POST", "/settings/default", **{"cooldown_seconds": 3, **wrong})
        assert answer.status_code == 422
        assert list(answer.json()["problems"]) == list(wrong)
    assert script("POST", "/playground", text="hello", key="k" * 600).status_code == 400


def test_a_change_of_settings_is_undone(script: Script) -> None:
    assert script("POST", "/settings/default", cooldown_seconds=3).json() == {
        "changed": ["cooldown_seconds"]
    }
    wrong = script("POST", "/settings/default", business_name="x", cooldown_seconds="soon")
    assert (wrong.status_code, set(wrong.json()["problems"])) == (422, {"cooldown_seconds"})
    (change,) = script("GET", "/settings/default/changes").json()["changes"]
    assert script("POST", f"/changes/{change['id']}/undo").status_code == 200
    settings = script("GET", "/settings/default").json()["settings"]
    assert (settings["cooldown_seconds"], settings["business_name"]) == (7, "our team")


def test_a_dismissed_operator_gets_no_further(world: World, script: Script) -> None:
    token = script("POST", "/team", name="Marta", role="agent").json()["token"]
    operator_id = token.partition(".")[0]
    assert script("PUT", f"/team/{operator_id}/email", email="Marta@nova.example").json()
    assert script("GET", "/team").json()["team"][-1]["email"] == "marta@nova.example"
    assert script("PUT", "/team/owner/email", email="marta@nova.example").status_code == 400
    assert script("DELETE", f"/team/{operator_id}").status_code == 200
    assert Script(Desk(world), token)("GET", "/me").status_code == 401
    assert script("DELETE", "/team/owner").status_code == 400


def test_a_version_of_what_the_bot_is_told_counts_again(world: World, script: Script) -> None:
    for facts in ("one", "two"):
        world.advance(60)
        script("POST", "/settings/default", business_facts=facts)
    versions = script("GET", "/settings/default/versions").json()["versions"]
    assert [v["words"]["business_facts"] for v in versions] == ["two", "one", ""]
    back = f"/settings/default/versions/{versions[1]['id']}"
    assert script("POST", back).json() == {"changed": ["business_facts"]}
    assert script("POST", "/settings/default/versions/none").status_code == 404
    (turn,) = world.messages("alice", "outgoing")
    trace = script("GET", f"/conversations/{world.thread('alice')}/turns/{turn['turn_id']}")
    used = script("GET", f"/prompts/{trace.json()['turn']['prompt_version']}").json()["prompt"]
    assert "How you answer" in used["text"]
    assert script("GET", "/prompts/none").status_code == 404


def test_an_event_is_replayed(world: World, script: Script) -> None:
    world.post_webhook({"object": "tomorrow", "entry": []})
    (event,) = script("GET", "/events").json()["events"]
    done = script("POST", f"/events/{event['id']}/replay").json()
    assert done["unhandled"] == 1


def _path(route: Route, thread_id: str) -> str:
    ids = {"thread_id": thread_id, "account_id": ACCOUNT, "scope": "default", "name": "word"}
    return route.path.format(**{name: ids.get(name, "none") for name in route.names})


def _body(name: str, thread_id: str) -> dict[str, Any]:
    ids = {"{thread_id}": thread_id, "{igsid}": thread_id.partition("_")[2]}

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(item) for item in value]
        return ids.get(value, value) if isinstance(value, str) else value

    return {field: filled(value) for field, value in SENT.get(name, {}).items()}
