"""The program `gcloud` itself: one call against the project in the folder MOCA_STANDIN."""

import json
import os
import sys

from tests.deploy.standin.command_line import Refusal, understood
from tests.deploy.standin.project import carry_out


def main(arguments: list[str]) -> int:
    """One call; what it did is a line of `calls.jsonl`, what is left is `state.json`."""
    folder = os.environ["MOCA_STANDIN"]  # noqa: TID251 (a program's entry point)
    with open(f"{folder}/state.json", encoding="utf-8") as file:  # noqa: PTH123 (no pathlib: it starts often)
        state = json.load(file)
    stdin = sys.stdin.read()
    with open(f"{folder}/calls.jsonl", "a", encoding="utf-8") as calls:  # noqa: PTH123 (as above)
        calls.write(json.dumps(arguments) + "\n")
    try:
        answer = carry_out(understood(arguments), state, stdin)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        if refusal.keep:
            _keep(folder, state)
        return refusal.code
    _keep(folder, state)
    print(answer if isinstance(answer, str) else json.dumps(answer))
    return 0


def _keep(folder: str, state: dict[str, object]) -> None:
    with open(f"{folder}/state.json", "w", encoding="utf-8") as file:  # noqa: PTH123 (as above)
        json.dump(state, file)
