"""Runs the program for the tests; Keras is set up before anything imports it."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"


def pytest_configure(config):
    if not os.environ.get("DLTRAIN"):
        pytest.exit("set DLTRAIN to the program under test, for example DLTRAIN=scripts/dltrain", returncode=2)


class Program:
    """The program under test, working in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        command, *rest = shlex.split(os.environ["DLTRAIN"])
        self.command = [str(Path(command).resolve()), *rest]

    def run(self, *arguments):
        """Runs one command; fails with what the program said if it does not succeed."""
        done = subprocess.run([*self.command, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=300)
        said = f"{' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, said
        return done.stdout

    def fit(self, recipe):
        """Trains; gives the folder of the run."""
        self.run("fit", recipe)
        runs = sorted((self.folder / "runs" / Path(recipe).stem).iterdir())
        assert [run.name for run in runs] == ["0001"], f"one new run expected, found {runs}"
        return runs[0]


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)
