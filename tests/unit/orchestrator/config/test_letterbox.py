"""The pipe by which other processes reach the one that works."""

from __future__ import annotations

import os
import queue
import stat
import subprocess
import sys
from pathlib import Path

from orchestrator.config import letterbox

POST = (
    "import pathlib, sys; from orchestrator.config import letterbox; print(letterbox.post(pathlib.Path({0!r}), b'hi'))"
)


def posted_elsewhere(folder: Path) -> str:
    """Post from another process and return what it was told."""
    command = [sys.executable, "-c", POST.format(str(folder))]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_letters_arrive_in_order_and_only_the_owner_may_post(tmp_path: Path) -> None:
    got: queue.Queue[bytes] = queue.Queue()
    letterbox.empty(tmp_path, got.put)
    assert [letterbox.post(tmp_path, letter) for letter in (b"one", b"two")] == [True, True]
    assert [got.get(timeout=5), got.get(timeout=5)] == [b"one", b"two"]
    assert stat.S_IMODE((tmp_path / letterbox.NAME).stat().st_mode) == 0o600


def test_another_process_reaches_the_reader_again_and_again(tmp_path: Path) -> None:
    got: queue.Queue[bytes] = queue.Queue()
    letterbox.empty(tmp_path, got.put)
    for _ in range(2):
        assert posted_elsewhere(tmp_path) == "True"
        assert got.get(timeout=5) == b"hi"


def test_without_a_box_or_a_reader_the_letter_is_not_taken(tmp_path: Path) -> None:
    assert not letterbox.post(tmp_path, b"hi")
    os.mkfifo(tmp_path / letterbox.NAME)
    assert not letterbox.post(tmp_path, b"hi")


def test_a_full_box_does_not_make_anybody_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / letterbox.NAME)
    reader = os.open(tmp_path / letterbox.NAME, os.O_RDWR)
    try:
        assert not all(letterbox.post(tmp_path, b"x" * 4000) for _ in range(100_000))
    finally:
        os.close(reader)


def test_a_box_left_by_a_killed_process_is_replaced(tmp_path: Path) -> None:
    (tmp_path / letterbox.NAME).write_text("not even a pipe")
    got: queue.Queue[bytes] = queue.Queue()
    letterbox.empty(tmp_path, got.put)
    assert letterbox.post(tmp_path, b"hi")
    assert got.get(timeout=5) == b"hi"
