"""The address of the files that pages load: it changes with them, so that browsers may keep each for good."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib import metadata
from pathlib import Path


def fingerprint(folder: Path, *, packages: Sequence[str]) -> str:
    """Return twelve hexadecimal digits that stand for some files and for packages that bring files of their own.

    Vendored files stand in `vendor/MANIFEST.json` with their hashes; reading that is enough.

    Args:
        folder: with `vendor/MANIFEST.json` in it.
        packages: names of installed distributions.
    """
    own = (path for path in sorted(folder.rglob("*")) if path.is_file() and "vendor" not in path.parts)
    digest = sha256((folder / "vendor" / "MANIFEST.json").read_bytes())
    for path in own:
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for package in packages:
        digest.update(f"{package} {metadata.version(package)}".encode())
    return digest.hexdigest()[:12]
