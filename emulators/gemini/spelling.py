"""One spelling for requests: clients send camelCase and snake_case, sometimes mixed."""

import re
from typing import Any

_UNDERSCORE = re.compile(r"_([a-z0-9])")

# What the caller owns is left alone: argument names and schemas may hold any key.
_OPAQUE = frozenset({"args", "response", "parameters", "parametersJsonSchema", "responseSchema"})


def camel(name: str) -> str:
    """`function_call` as `functionCall`; camelCase stays as it is."""
    return _UNDERSCORE.sub(lambda match: match.group(1).upper(), name)


def in_camel_case(value: Any) -> Any:
    """The same JSON with every key of the protocol in camelCase."""
    if isinstance(value, list):
        return [in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        camel(key): item if camel(key) in _OPAQUE else in_camel_case(item)
        for key, item in value.items()
    }
