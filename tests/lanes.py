"""The lanes of the tests: `python -m tests.lanes embedded|real|browser|chaos [pytest's own options]`.

embedded: SQLite and the in-memory broker. real: the same tests and more on PostgreSQL and Redis, started
here for the time of the run, with a worker in processes of its own. browser: the pages in Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from orchestrator.service.__main__ import compiled_once
from tests.services import postgres, redis
from tests.services.postgres import Postgres
from tests.services.redis import Redis

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_CHROMIUM = "sudo apt-get install -y chromium"
NOTHING_SELECTED = pytest.ExitCode.NO_TESTS_COLLECTED
#: a module's tests stay together; tests/conftest.py says which modules are begun first
IN_PARALLEL = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")
#: where the tests are that talk to a database, and so run on both lanes
WITH_DATABASE = ["tests/integration", "tests/acceptance"]
#: where the tests are whose installations have processes of their own: they wait more than they reckon
WITH_PROCESSES = ["tests/chaos", "tests/acceptance/test_datasets.py", "tests/integration/orchestrator/service"]
IN_BROWSER = ["tests/acceptance/browser"]


def missing_for_real() -> list[str]:
    """Return what the real lane lacks on this machine, each with the way to get it."""
    lacks = []
    if postgres.binaries() is None:
        lacks.append(f"PostgreSQL ({postgres.HOW_TO_GET})")
    if redis.binary() is None:
        lacks.append(f"Redis ({redis.HOW_TO_GET})")
    return lacks


def missing_for_browser() -> list[str]:
    """Return what the browser lane lacks on this machine, with the way to get it."""
    found = os.environ.get("CHROMIUM") or any(map(shutil.which, CHROMIUM))
    return [] if found else [f"Chromium ({HOW_TO_GET_CHROMIUM})"]


def left_out(lane: str, lacks: list[str]) -> int:
    """Say in one line why a lane is left out; return 1 where no lane may be (CI=true)."""
    print(f"The {lane} lane is left out: this machine lacks {', '.join(lacks)}.", flush=True)
    return int(os.environ.get("CI", "").lower() in {"1", "true"})


def embedded(options: list[str]) -> int:
    """Run everything that needs neither PostgreSQL nor Redis nor Chromium."""
    return run([*IN_PARALLEL, "-m", "not real and not browser", *options])


def real(options: list[str]) -> int:
    """Run the tests with a database on PostgreSQL, then those with processes of their own."""
    if lacks := missing_for_real():
        return left_out("real", lacks)
    with ExitStack() as servers:
        os.environ["DATABASE_URL"] = servers.enter_context(Postgres()).url
        os.environ["BROKER_URL"] = servers.enter_context(Redis()).url
        os.environ["HANDOFF_LANE"] = "real"
        codes = [
            run([*IN_PARALLEL, "-m", "not real and not browser and not chaos", *where(WITH_DATABASE, options)]),
            run(["-n", "2", "--dist", "worksteal", "-m", "real", *where(WITH_PROCESSES, options)]),
        ]
        return max(codes)


def browser(options: list[str]) -> int:
    """Run the tests that click through the pages."""
    if lacks := missing_for_browser():
        return left_out("browser", lacks)
    return run(["-m", "browser", *where(IN_BROWSER, options)])


def chaos(options: list[str]) -> int:
    """Run only the tests that kill processes; they bring their own servers."""
    if lacks := missing_for_real():
        return left_out("real", lacks)
    os.environ["HANDOFF_LANE"] = "real"
    return run(["-n", "2", "-m", "chaos", "tests/chaos", *options])


def where(usual: list[str], options: list[str]) -> list[str]:
    """Return pytest's options, with the usual places unless they name some: looking at all tests takes its time."""
    return [*([] if any(option.startswith("tests") for option in options) else usual), *options]


def run(options: list[str]) -> int:
    """Run pytest in a process of its own: Django's settings are read once per process."""
    code = abs(os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", "pytest", *options]))  # -9: it was killed
    # A lane without a test is broken, unless somebody asked for a part that has none of its kind.
    return 0 if code == NOTHING_SELECTED and len(sys.argv) > 2 else code


LANES: dict[str, Callable[[list[str]], int]] = {
    "embedded": embedded,
    "real": real,
    "browser": browser,
    "chaos": chaos,
}

if __name__ == "__main__":
    os.environ.update(compiled_once(os.environ))  # the lanes start many processes
    sys.exit(LANES[sys.argv[1]](sys.argv[2:]))
