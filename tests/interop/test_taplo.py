"""The schema in Taplo, which brings it to editors: every recipe of ours is valid there, and every mistake of the golden
tests that a schema can express is underlined. Taplo is taken from $TAPLO, from $PATH, or from the npm registry."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from test_schema import EXPRESSIBLE, SOURCE, golden, read

TAPLO = "@taplo/cli@0.7.0"


@pytest.fixture(scope="module")
def taplo(tmp_path_factory):
    found = os.environ.get("TAPLO") or shutil.which("taplo")
    if found:
        return found
    if shutil.which("npm") is None:
        pytest.skip("there is neither taplo nor npm here")
    folder = tmp_path_factory.mktemp("taplo")
    got = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", TAPLO], capture_output=True,
                         text=True, timeout=300)
    if got.returncode != 0:
        pytest.skip(f"npm cannot get {TAPLO}: {got.stderr.strip().splitlines()[-1:]}")
    return folder / "node_modules" / ".bin" / "taplo"


@pytest.fixture(scope="module")
def refused(taplo, tmp_path_factory):
    """A function: which of some files Taplo refuses by the schema."""
    from conftest import Program

    folder = tmp_path_factory.mktemp("schema")
    Program(folder).run("schema", "--output", "schema.json")

    def lint(paths):
        copies = {}
        for path in paths:  # away from any .taplo.toml, under names that cannot clash
            copy = folder / ("-".join(path.relative_to(SOURCE).parts))
            shutil.copy(path, copy)
            copies[str(copy)] = path
        done = subprocess.run([taplo, "lint", "--colors", "never", "--schema", f"file://{folder}/schema.json", *copies],
                              cwd=folder, capture_output=True, text=True, timeout=600)
        named = set(re.findall(r'invalid file error=.*? path="([^"]*)"', done.stdout + done.stderr))
        assert named <= set(copies), done.stderr[-2000:]
        assert (done.returncode == 0) == (not named), done.stderr[-2000:]
        return {copies[name] for name in named}

    return lint


def test_every_recipe_is_valid_in_taplo(refused):
    recipes = [path for path in SOURCE.glob("recipes/**/*.toml") if read(path) is not None]
    print(f"{len(recipes)} recipes")
    assert len(recipes) >= 12
    assert refused(recipes) == set()


def test_mistakes_that_a_schema_can_express_are_underlined_in_taplo(refused):
    mistakes = [path for path, codes, _ in golden() if codes & EXPRESSIBLE]
    found = refused(mistakes)
    missed = sorted(path.name for path in set(mistakes) - found)
    print(f"{len(found)} found, {len(missed)} missed: {missed}")
    assert len(found) >= 50
    assert len(missed) <= len(found) / 6, missed


def test_what_the_program_accepts_is_valid_in_taplo(refused):
    accepted = [path for path, _, good in golden() if good and "# for predicting" not in path.read_text(encoding="utf-8")]
    assert refused(accepted) == set()
