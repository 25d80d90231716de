"""The types of the stand-in; `typing` itself takes as long to load as all the rest of a call."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
else:
    Any = object

State = dict[str, Any]
Answer = Any
