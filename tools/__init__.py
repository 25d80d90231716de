"""What the model may do: one verb per file."""

from tools import do_not_reply, send_instagram_message
from tools.base import Tool

#: Every tool, by the name that the model calls it by.
TOOLS: dict[str, Tool] = {
    module.TOOL.name: module.TOOL for module in (send_instagram_message, do_not_reply)
}
