"""Pictures on disk, named by the SHA-256 of their large size."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from services.errors import DomainError

HASH = re.compile(r"\A[0-9a-f]{64}\Z")
SIZES = ("large", "small")


class StorageFullError(DomainError):
    """There is no room for the picture; nothing of it was kept."""

    status = 503

    def __init__(self) -> None:
        super().__init__("storage_full")


class Store:
    """A folder of pictures; each is whole on the disk before its name is known."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, large: bytes, small: bytes) -> str:
        """Keep both sizes and return the hash; raises StorageFullError when the disk says no."""
        name = hashlib.sha256(large).hexdigest()
        try:
            for size, data in (("small", small), ("large", large)):
                self._write(self._at(name, size), data)
        except OSError as error:
            raise StorageFullError from error
        return name

    def path(self, name: str, size: str) -> Path | None:
        """Return the file of a picture's size, or None if there is no such picture."""
        if not HASH.match(name) or size not in SIZES:
            return None
        path = self._at(name, size)
        return path if path.exists() else None

    def forget(self, name: str) -> None:
        """Remove a picture; it is gone from the disk, not only from view."""
        for size in SIZES:
            if (path := self.path(name, size)) is not None:
                path.unlink(missing_ok=True)

    def folders(self) -> list[Path]:
        """Return the folders that hold pictures; each name is the first two letters of a hash."""
        return sorted(path for path in self.root.glob("[0-9a-f][0-9a-f]") if path.is_dir())

    def _at(self, name: str, size: str) -> Path:
        return self.root / name[:2] / f"{name}.{size}.webp"

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
