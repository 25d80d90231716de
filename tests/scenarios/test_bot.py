"""The bot off, drafting, or on: for an account, and for one person."""

from datetime import timedelta

import pytest

from tests.world import ACCOUNT, World


def _answers(text: str) -> dict[str, object]:
    return {"calls": [{"name": "send_instagram_message", "args": {"text": text}}]}


def test_a_bot_that_is_off_asks_no_model_and_sends_nothing(world: World) -> None:
    world.configure(bot="off")
    world.dm("alice", "hello")
    world.settle()
    assert world.model_requests() == []
    assert world.sent_to("alice") == []
    assert [m["reason"] for m in world.messages("alice", "inbound")] == ["bot_off"]
    kept = world.conversation("alice")
    assert (kept["owner"], kept["owner_reason"], kept["due_at"]) == ("waiting", "bot_off", None)


def test_what_came_while_the_bot_was_off_is_not_answered_late(world: World) -> None:
    world.configure(bot="off", bot_off_waits=False)
    world.dm("alice", "in the silence")
    world.settle()
    assert world.conversation("alice").get("owner", "bot") == "bot"
    world.configure(bot="on")
    world.settle()
    assert world.sent_to("alice") == []
    world.dm("alice", "after it")
    world.settle()
    assert len(world.sent_to("alice")) == 1


def test_a_closed_conversation_opens_for_who_writes_while_the_bot_is_off(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    closed = {"status": "closed", "closed_at": world.clock.now()}
    world.store.document(f"conversations/{world.thread('alice')}").update(closed)
    world.configure(bot="off")
    world.advance(60)
    world.dm("alice", "one more thing")
    world.settle()
    kept = world.conversation("alice")
    assert (kept["status"], kept["owner"]) == ("open", "waiting")


def test_a_draft_is_kept_for_the_team_and_nothing_else_happens(world: World) -> None:
    world.configure(bot="drafts", disclosure="A machine writes")
    world.model_says(
        {
            "calls": [
                {"name": "send_manager_notification", "args": {"text": "look"}},
                {"name": "save_contact_detail", "args": {"kind": "city", "value": "Berlin"}},
                {"name": "send_instagram_message", "args": {"text": "We open at 8."}},
            ]
        }
    )
    world.dm("alice", "I am from Berlin. When do you open?")
    world.settle()
    kept = world.conversation("alice")
    assert kept["suggestion"]["text"] == "We open at 8."
    assert (kept["owner"], kept["owner_reason"]) == ("waiting", "draft")
    assert world.messages("alice", "outgoing") == []
    assert world.documents("manager_alerts") == []
    contact = world.store.document(f"contacts/{world.thread('alice')}").get().to_dict() or {}
    assert "city" not in contact
    assert [m["status"] for m in world.messages("alice", "inbound")] == ["processed"]


def test_each_message_is_drafted_for_also_while_the_last_draft_waits(world: World) -> None:
    world.configure(bot="drafts")
    world.model_says({**_answers("first"), "hold": "thinking"}, _answers("second"))
    world.dm("alice", "one")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(1)
        world.dm("alice", "two")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    assert world.conversation("alice")["suggestion"]["text"] == "first"
    world.settle()
    assert world.conversation("alice")["suggestion"]["text"] == "second"


def test_a_draft_of_which_a_human_knew_nothing_is_not_kept(world: World) -> None:
    world.configure(bot="drafts")
    world.model_says({**_answers("too late"), "hold": "thinking"})
    world.dm("alice", "one")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(1)
        world.owner_types("alice", "I am here")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle(60)
    assert "suggestion" not in world.conversation("alice")


def test_nobody_is_told_that_we_are_away_while_the_bot_drafts(world: World) -> None:
    shut = (world.clock.now() + timedelta(days=3)).strftime("%a").lower()[:2]
    world.configure(bot="drafts", hours_weekly=f"{shut} 09:00-10:00", hours_away_text="Away!")
    world.model_says(_answers("a draft"))
    world.dm("alice", "hello")
    world.settle(60)
    assert world.conversation("alice")["suggestion"]["text"] == "a draft"
    assert world.messages("alice", "outgoing") == []


@pytest.mark.parametrize("word", ["off", "drafts"])
def test_what_is_queued_when_the_bot_is_switched_off_is_not_sent_and_waits_for_the_team(
    world: World, word: str
) -> None:
    world.model_says(_answers("too late"))
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.call_task("process_thread", {"thread_id": world.thread("alice"), "trace_id": "t"})
    world.advance(5)
    world.call_task("process_thread", {"thread_id": world.thread("alice"), "trace_id": "t"})
    assert [m["status"] for m in world.messages("alice", "outgoing")] == ["queued"]
    world.configure(bot=word)
    world.settle()
    assert [m["status"] for m in world.messages("alice", "outgoing")] == ["cancelled"]
    assert world.sent_to("alice") == []
    assert world.conversation("alice")["owner"] == "waiting"


def test_an_account_and_a_person_may_each_differ(world: World) -> None:
    world.configure(bot="off")
    world.store.document(f"settings/{ACCOUNT}").set({"bot": "on"})
    mute = {"bot": "off"}
    world.store.document(f"conversations/{world.thread('bob')}").set(mute)
    world.dm("alice", "hello")
    world.dm("bob", "hello")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.sent_to("bob") == []
    assert world.conversation("bob").get("owner", "bot") == "bot"
