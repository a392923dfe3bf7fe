"""Programs that print lines of JSON, run and timed."""

import json
import os
import subprocess
import sys
import tempfile
import time


def run(command, environment=None):
    """Lines of JSON with the seconds at which they came, and what the process took; None if it failed."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=errors, text=True,
                                   env={**os.environ, **(environment or {})})
        lines = []
        for line in process.stdout:
            if line.startswith("{"):
                lines.append((time.perf_counter() - begin, json.loads(line)))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            print(f"failed: {' '.join(map(str, command))}\n{errors.read().decode()[-2000:]}", file=sys.stderr)
            return None
    return {"lines": lines, "seconds": time.perf_counter() - begin, "memory": usage.ru_maxrss * 1024}


def first(lines, event):
    """When the first line of an event came, and what it says."""
    return next(((at, line) for at, line in lines if line.get("event") == event), (None, None))


def in_turns(rounds, names):
    """Every name once a round, the order turned round in every second one."""
    for number in range(rounds):
        yield from names if number % 2 == 0 else reversed(names)
