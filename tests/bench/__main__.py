"""`make bench`: every measurement, each in a process of its own, as one JSON document."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

#: name in the document -> module that prints JSON on its standard output
PARTS = {
    "spiffworkflow": "tests.bench.bench_spiff",
    "in_process": "tests.bench.bench_paths",
    "growth": "tests.bench.bench_growth",
    "over_the_wire": "tests.bench.bench_rest",
    "dmn": "tests.bench.bench_dmn",
}


def measure(module: str) -> Any:
    """Return what a module measured; what it says otherwise goes to standard error."""
    done = subprocess.run([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return {"failed": f"{module} ended with {done.returncode}"}
    start = done.stdout.find("{")
    return json.loads(done.stdout[start:]) if start >= 0 else {"failed": f"{module} printed no JSON"}


def main() -> int:
    """Measure what is asked for, print one document, and fail when a part did."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    chosen = arguments.parse_args().parts or list(PARTS)
    document: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
        },
        "unit": "CPU seconds per 1 000 instances, own processes and PostgreSQL, unless the name says otherwise",
    }
    for part in chosen:
        document[part] = measure(PARTS[part])
    print(json.dumps(document, indent=2))
    return int(any("failed" in document[part] for part in chosen))


if __name__ == "__main__":
    sys.exit(main())
