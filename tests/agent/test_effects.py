"""What the tools' calls become: in one commit, in the thread's own line, and never elsewhere."""

from typing import Any

from tests.agent.speaking import asked, call, says, step, turn
from tests.world import World

HANDED_OVER = "Thank you! A member of our team will get back to you here."


def _actions(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.http.get(f"{world.stack.instagram_url}/_sim/actions").json()
    return found


def test_a_reaction_reaches_the_message_with_that_number(world: World) -> None:
    react = call("react_to_instagram_message", message_number=2, emoji="🎉")
    world.model_says(step(react, call("do_not_reply", reason="just glad")))
    world.dm("alice", "we won")
    world.dm("alice", "really!")
    world.settle()
    second = world.messages("alice", "inbound")[1]["mid"]
    (item,) = world.messages("alice", "outgoing")
    assert (item["kind"], item["reaction"], item["target_mid"]) == ("reaction", "🎉", second)
    assert item["status"] == "sent"
    assert second in str(_actions(world))


def test_an_answer_can_quote_a_message(world: World) -> None:
    world.model_says(step(call("send_instagram_message", text="Yes", reply_to_number=1)))
    world.dm("alice", "open today?")
    world.settle()
    (item,) = world.messages("alice", "outgoing")
    assert item["reply_to_mid"] == world.messages("alice", "inbound")[0]["mid"]


def test_a_handoff_tells_the_person_once_the_manager_once_and_stops_the_bot(world: World) -> None:
    hand = call("hand_to_human", reason="customer_request", note="Wants a refund")
    world.model_says(step(call("send_instagram_message", text="I see."), hand))
    world.dm("alice", "refund please")
    world.settle()
    assert world.sent_to("alice") == ["I see.", HANDED_OVER]
    conversation = world.conversation("alice")
    assert (conversation["owner"], conversation["owner_reason"]) == ("waiting", "customer_request")
    (alert,) = world.documents("manager_alerts")
    assert (alert["reason"], alert["text"]) == ("customer_request", "Wants a refund")
    world.advance(60)
    world.dm("alice", "hello?")
    world.settle()
    assert len(world.sent_to("alice")) == 2
    assert turn(world)["outcome"] == "handed_off"


def test_a_notification_becomes_an_alert_of_this_thread(world: World) -> None:
    tell = call("send_manager_notification", message="The pipe burst")
    world.model_says(step(tell, call("send_instagram_message", text="On our way")))
    world.dm("alice", "water everywhere")
    world.settle()
    (alert,) = world.documents("manager_alerts")
    assert (alert["text"], alert["thread_id"]) == ("The pipe burst", world.thread("alice"))


def test_details_are_kept_on_the_contact(world: World) -> None:
    save = call("save_contact_detail", field="email", value="Ann@Example.com")
    world.model_says(step(save, call("send_instagram_message", text="Noted")))
    world.dm("alice", "my mail is ann@example.com")
    world.settle()
    contact = world.store.document(f"contacts/{world.thread('alice')}").get().to_dict() or {}
    assert contact["email"] == "ann@example.com"
    assert contact["last_seen_at"] > 0


def test_nothing_of_a_discarded_turn_remains(world: World) -> None:
    calls = [
        call("send_manager_notification", message="x"),
        call("save_contact_detail", field="name", value="Ann"),
        call("send_instagram_message", text="too late"),
    ]
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(step(*calls, hold="thinking"))
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(1)
        world.owner_types("alice", "I am on it")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert world.sent_to("alice") == []
    assert world.documents("manager_alerts") == []
    contact = world.store.document(f"contacts/{world.thread('alice')}").get().to_dict() or {}
    assert "given_name" not in contact


def _plan(world: World, minutes: int = 60) -> None:
    plan = call("schedule_follow_up", after_minutes=minutes, note="ask whether it worked")
    world.model_says(step(plan, call("send_instagram_message", text="Try it")))
    world.dm("alice", "it is broken")
    world.settle()


def test_a_follow_up_comes_at_its_time_and_knows_what_it_was_for(world: World) -> None:
    _plan(world)
    world.model_says(says("Did it work?"))
    world.settle(within_seconds=59 * 60)
    assert world.sent_to("alice") == ["Try it"]
    world.settle(within_seconds=61 * 60)
    assert world.sent_to("alice") == ["Try it", "Did it work?"]
    shown = asked(world)[-1]["contents"][-1]["parts"][0]["text"]
    assert "It is time for what you planned: <<ask whether it worked>>" in shown
    world.settle(within_seconds=7200)
    assert len(asked(world)) == 2


def test_a_follow_up_is_stored_as_one_of_its_thread(world: World) -> None:
    _plan(world)
    world.settle(within_seconds=7200)
    (stored,) = world.messages("alice", "internal")
    assert f"{stored['account_id']}_{stored['igsid']}" == world.thread("alice")


def test_a_follow_up_is_forgotten_when_the_person_writes_first(world: World) -> None:
    _plan(world)
    world.dm("alice", "it works now")
    world.settle()
    world.settle(within_seconds=7200)
    assert len(asked(world)) == 2


def test_a_follow_up_is_forgotten_when_the_person_must_connect_first(world: World) -> None:
    _plan(world)
    world.configure(account_linking=True)
    world.settle(within_seconds=7200)
    assert world.sent_to("alice") == ["Try it"]
    assert world.conversation("alice")["follow_up"] is None


def test_a_follow_up_is_forgotten_when_a_human_wrote_meanwhile(world: World) -> None:
    _plan(world)
    world.owner_types("alice", "Marta here, I come by")
    world.settle()
    world.settle(within_seconds=7200)
    assert len(asked(world)) == 1
    assert world.conversation("alice")["follow_up"] is None


def test_a_follow_up_whose_model_fails_is_tried_again(world: World) -> None:
    _plan(world)
    world.model_says({"status": 503, "times": 6}, says("Did it work?"))
    world.settle(within_seconds=7200)
    assert world.sent_to("alice") == ["Try it", "Did it work?"]


def test_a_follow_up_during_which_the_person_writes_is_begun_anew_with_it(world: World) -> None:
    world.configure(supersede=True)
    _plan(world)
    world.model_says({**says("Did it work?"), "hold": "thinking"}, says("Glad to hear!"))
    world.settle(within_seconds=59 * 60)
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.dm("alice", "it works now")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert world.sent_to("alice") == ["Try it", "Glad to hear!"]
    assert world.statuses("alice") == ["processed", "processed"]


def test_a_follow_up_that_is_given_up_is_not_begun_again(world: World) -> None:
    _plan(world)
    world.model_says({"status": 503, "times": 60})
    world.settle(within_seconds=3 * 3600)
    assert world.conversation("alice")["follow_up"] is None
    internal = world.messages("alice", "internal")
    assert [m["status"] for m in internal if m["kind"] == "follow_up"] == ["failed"]


def test_a_follow_up_whose_task_was_lost_is_found_by_the_sweep(world: World) -> None:
    _plan(world)
    world.stack.tasks.reset()
    world.advance(65 * 60)
    world.model_says(says("Did it work?"))
    world.call_task("sweep", {})
    world.settle()
    assert world.sent_to("alice")[-1] == "Did it work?"
