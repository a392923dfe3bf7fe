"""What answers at once: the time of whole processes that train nothing."""

from processes import run
from text import table

NAME = "start"
DOC = "the time of --help and of check --static"
TIMES = 10
COMMANDS = {"--help": (["--help"], 0.020), "check --static recipes/benchmarks/resnet20.toml": (["check", "--static"], 0.150)}


def measure(bench):
    found = {}
    for name, (words, _) in COMMANDS.items():
        command = [*bench.program, *words, *([bench.recipe("resnet20")] if "check" in words else [])]
        run(command, bench.environment)  # into the page cache
        ended = [run(command, bench.environment) for _ in range(TIMES)]
        found[name] = [e["seconds"] for e in ended if e is not None]
        bench.say(f"{name}: {1e3 * sorted(found[name])[len(found[name]) // 2]:.1f} ms")
    return found


def section(found, bench):
    rows = [[f"`{name}`", f"{1e3 * sorted(s)[len(s) // 2]:.0f}", f"{1e3 * min(s):.0f}", f"{1e3 * max(s):.0f}",
             f"{1e3 * COMMANDS[name][1]:.0f}"] for name, s in found.items()]
    return f"""## Commands that answer at once, ms

Whole processes, started {TIMES} times.

{table(["", "median", "least", "most", "aim"], rows)}"""
