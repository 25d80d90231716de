"""What `./dev` hands on to the programs that it starts."""

import hashlib
import sys
from pathlib import Path

from tests.dev.conftest import run_dev


def test_what_it_starts_is_compiled_once_and_not_in_every_process(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "requirements.sha256").write_text(hashlib.sha256(b"\0").hexdigest())
    python = clone / ".venv" / "bin" / "python"
    python.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.dont_write_bytecode)\n")
    python.chmod(0o755)
    said = run_dev(clone / "dev", "test", PYTHONDONTWRITEBYTECODE="1")
    assert said.stdout == "False\n", said.stderr
