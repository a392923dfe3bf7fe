#!/usr/bin/env python3
"""How long training stands still while a checkpoint is made: the time between steps with a save in between, and without.

Usage: pause_of_saves.py PROGRAM RECIPE [--every 50] [--epochs 1]
The program reports each step as it is done; what is printed are medians, and how long a copy of as many bytes takes.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def intervals(command, run):
    """{step: seconds since the step before}, of steps within epochs."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        found, before, last = {}, None, 0
        for line in process.stdout:
            now = time.perf_counter()
            event = json.loads(line)
            if event["event"] != "step":
                before = None
                continue
            if before is not None and event["step"] == last + 1:
                found[event["step"]] = now - before
            before, last = now, event["step"]
    if process.returncode != 0:
        sys.exit(f"{shlex.join(command)}: exit code {process.returncode}")
    return found


def copy_seconds(size):
    """The median of copies of that many bytes, between memory that has been touched."""
    source, target, times = bytearray(os.urandom(size)), bytearray(size), []
    for _ in range(50):
        start = time.perf_counter()
        target[:] = source
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("recipe")
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        saving = f'callbacks=[{{type="ModelCheckpoint", every_steps={options.every}}}]'
        command = [*shlex.split(options.program), "--json", "fit", options.recipe, "--epochs", str(options.epochs), "--run",
                   str(run), "--set", "run.log_every=1", "--set", saving]
        found = intervals(command, run)
        newest = max((run / "checkpoints").iterdir())
        size = sum(file.stat().st_size for file in newest.iterdir())
    # The save comes behind the step that is reported, so it delays the next one.
    after = [seconds for step, seconds in found.items() if step % options.every == 1 and step > 1]
    others = [seconds for step, seconds in found.items() if step % options.every not in (0, 1, 2)]
    step, with_save = statistics.median(others), statistics.median(after)
    print(f"{len(after)} saves of {size / 1024:.0f} KiB, every {options.every} steps")
    print(f"a step takes {1e3 * step:.2f} ms, one after a save {1e3 * with_save:.2f} ms: a pause of "
          f"{1e3 * (with_save - step):.2f} ms, {100 * (with_save - step) / (options.every * step):.2f} % of the time")
    print(f"a copy of {size / 1024:.0f} KiB takes {1e3 * copy_seconds(size):.2f} ms")


if __name__ == "__main__":
    main()
