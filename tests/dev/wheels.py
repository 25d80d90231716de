"""A folder of one-file wheels from which pip installs without a network."""

import hashlib
import zipfile
from pathlib import Path


class Shelf:
    """Makes wheels; `env` leads pip to them and to nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}

    def lock(self, name: str, *, needs: str = "", digest: str = "") -> str:
        """The line that locks version 1 of this package, which is on the shelf now."""
        wheel = self._folder / f"{name}-1-py3-none-any.whl"
        info = f"{name}-1.dist-info"
        required = f"Requires-Dist: {needs}\n" if needs else ""
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr(f"{name}.py", "")
            file.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{required}"
            )
            file.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            file.writestr(f"{info}/RECORD", "")
        right = hashlib.sha256(wheel.read_bytes()).hexdigest()
        return f"{name}==1 \\\n    --hash=sha256:{digest or right}\n"
