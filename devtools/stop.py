"""How a command ends when it cannot go on."""

#: Exit codes beyond the usual 0, 1 and 2; `dev` itself says 3 too, to a Python that reads no more.
WRONG_PYTHON, NO_VENV, NOT_INSTALLED, PORT_TAKEN, NOT_RUNNING, NO_EMULATOR = 3, 4, 5, 6, 7, 8
INTERRUPTED = 130


class Stop(Exception):
    """One sentence for the user, saying what is wrong and how to mend it, and an exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
