"""The page of scripts/bench: what was measured on what, and the section of each part."""

from text import NAMES

__all__ = ["NAMES", "markdown"]


def markdown(results, parts, bench):
    machine = results["machine"]
    measured = [part for part in parts if part.NAME in results["parts"]]
    versions = {}
    for part in measured:
        if hasattr(part, "versions"):
            versions |= part.versions(results["parts"][part.NAME])
    devices = sorted({found["device"] for name in ("training", "inference") for rounds in results["parts"].get(name, {}).values()
                      for found in rounds.get("dltrain", [])})
    sections = "\n".join(part.section(results["parts"][part.NAME], bench) for part in measured)
    return f"""# Benchmarks

`{results['command']}`, {machine['date']}, {results['minutes']:.0f} minutes: {machine['processor']}, {machine['cores']} cores, {machine['system']}; dltrain on
{', '.join(devices)}; {', '.join(f'{name} {version}' for name, version in sorted(versions.items()))}. {results['options']['precision']}. All contestants ran in turns, in
{results['options']['rounds']} rounds of {results['options']['steps']} steps with {results['options']['threads']} threads; medians of the rounds' medians.

{sections}"""
