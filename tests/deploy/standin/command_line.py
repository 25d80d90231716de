"""Reads a gcloud command line as strictly as gcloud does; standard library, for speed."""

import json
import os

SURFACE = os.path.join(os.path.dirname(__file__), "surface.json")  # noqa: PTH118, PTH120 (pathlib takes longer to load than the rest)


class Refusal(Exception):
    """What the stand-in says on standard error, ending with 1 or 2."""

    def __init__(self, said: str, code: int = 1, *, keep: bool = False) -> None:
        super().__init__(said)
        self.code = code
        self.keep = keep  #: whether what was changed before stays


class Call:
    """One understood command line; no dataclass, whose import would double the start."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.words: list[str] = []
        self.flags: dict[str, list[str]] = {}

    def one(self, flag: str, otherwise: str = "") -> str:
        """A flag's last value."""
        return self.flags.get(flag, [otherwise])[-1]

    def needs(self, *flags: str) -> None:
        """Refuse a command that lacks what gcloud requires."""
        for flag in flags:
            if flag not in self.flags:
                raise Refusal(f"argument {flag}: Must be specified.", 2)


def understood(arguments: list[str]) -> Call:
    """The command, its words and flags; refuses what the real gcloud does not know."""
    with open(SURFACE, encoding="utf-8") as file:  # noqa: PTH123 (as in program.py)
        surface = json.load(file)
    command = _command(arguments, surface["commands"])
    known = surface["everywhere"] | surface["commands"][command]["flags"]
    call = Call(command)
    rest = arguments[len(command.split()) :]
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            flag, value = _flag(word, rest, known, command)
            call.flags.setdefault(flag, []).append(value)
        else:
            call.words.append(word)
    _count(call, surface["commands"][command]["words"])
    return call


def _command(arguments: list[str], commands: dict[str, object]) -> str:
    for length in range(len(arguments), 0, -1):
        if (command := " ".join(arguments[:length])) in commands:
            return command
    raise Refusal(f"ERROR: (gcloud) Invalid choice: {' '.join(arguments[:4])!r}.", 2)


def _flag(word: str, rest: list[str], known: dict[str, object], command: str) -> tuple[str, str]:
    flag, has_value, value = word.partition("=")
    positive = "--" + flag.removeprefix("--no-") if flag.startswith("--no-") else flag
    kind = known.get(flag) or ("bool" if known.get(positive) == "bool" else None)
    if kind is None:
        raise Refusal(f"ERROR: (gcloud.{command}) unrecognized arguments: {word}", 2)
    if kind == "bool":
        return flag, value or "true"
    if not has_value:
        if not rest or rest[0].startswith("--"):
            raise Refusal(f"ERROR: (gcloud.{command}) argument {flag}: expected one argument", 2)
        value = rest.pop(0)
    if isinstance(kind, list) and value.lower() not in [str(choice).lower() for choice in kind]:
        raise Refusal(f"ERROR: (gcloud.{command}) argument {flag}: Invalid choice: {value!r}.", 2)
    return flag, value


def _count(call: Call, most: int) -> None:
    least = min(most, 1)
    if not least <= len(call.words) <= most:
        raise Refusal(f"ERROR: (gcloud.{call.command}) unrecognized arguments: {call.words}", 2)
