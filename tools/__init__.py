"""What the model may do: one verb per file."""

from services.agent.tool import Tool
from tools import (
    do_not_reply,
    get_net_session_dates,
    get_thread_messages,
    hand_to_human,
    is_new_thread,
    react_to_instagram_message,
    save_contact_detail,
    schedule_follow_up,
    search_knowledge,
    send_instagram_message,
    send_manager_notification,
)

#: Every tool, by the name that the model calls it by.
TOOLS: dict[str, Tool] = {
    module.TOOL.name: module.TOOL
    for module in (
        send_instagram_message,
        do_not_reply,
        hand_to_human,
        react_to_instagram_message,
        search_knowledge,
        get_thread_messages,
        is_new_thread,
        get_net_session_dates,
        save_contact_detail,
        send_manager_notification,
        schedule_follow_up,
    )
}
