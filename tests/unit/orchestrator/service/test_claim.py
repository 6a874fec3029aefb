"""One supervisor per home folder."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.service import claim


def test_a_second_claim_is_refused_and_says_by_whom_the_folder_is_held(tmp_path: Path) -> None:
    held = claim.take(tmp_path)
    try:
        with pytest.raises(claim.AlreadyRunning, match=rf"already runs on {tmp_path} \(process {os.getpid()}\)"):
            claim.take(tmp_path)
    finally:
        os.close(held)


def test_a_claim_ends_with_its_process_even_a_killed_one(tmp_path: Path) -> None:
    code = f"import os, pathlib; from orchestrator.service import claim; claim.take(pathlib.Path({str(tmp_path)!r}))"
    killed = subprocess.run([sys.executable, "-c", f"{code}; os.kill(os.getpid(), 9)"], check=False)
    assert killed.returncode == -9
    os.close(claim.take(tmp_path))


def test_what_a_supervisor_starts_does_not_keep_its_claim(tmp_path: Path) -> None:
    held = claim.take(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        os.close(held)
        os.close(claim.take(tmp_path))
    finally:
        child.communicate(b"\n")


def test_the_refusal_travels_between_processes(tmp_path: Path) -> None:
    error = claim.AlreadyRunning(tmp_path, "12")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
