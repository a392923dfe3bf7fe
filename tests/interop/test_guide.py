"""docs/how-to/keras.md, followed literally: its files, its commands, and what it says that they print."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "keras.md"


def blocks():
    """[(language, text)] in the order of the page."""
    return re.findall(r"^```(\w*)\n(.*?)^```", GUIDE.read_text(), flags=re.DOTALL | re.MULTILINE)


def run(program, line):
    """One line of a shell block; what it printed."""
    words = shlex.split(line)
    command = program.command if words[0] == "dltrain" else [sys.executable]
    done = subprocess.run([*command, *words[1:]], cwd=program.folder, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "KERAS_BACKEND": "tensorflow"})
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_the_guide_to_keras(program):
    page = blocks()
    recipe, = [text for language, text in page if language == "toml"]
    net, go_on = [text for language, text in page if language == "python"]
    commands = [line[2:] for language, text in page if language == "console" for line in text.splitlines()]
    table, = [text for language, text in page if language == "text"]
    for name, text in {"net.toml": recipe, "net.py": net, "go_on.py": go_on}.items():
        (program.folder / name).write_text(text)
    said = "".join(run(program, line) for line in commands)
    assert "steps so far: 12" in said
    assert table in said

    # Keras ended where the run would have ended.
    run(program, "dltrain resume first --epochs 3")
    sys.path.insert(0, str(program.folder))
    try:
        from net import build
        theirs, ours = build(), build()
    finally:
        sys.path.remove(str(program.folder))
    theirs.load_weights(program.folder / "continued.weights.h5")
    ours.load_weights(program.folder / "first" / "model" / "model.weights.h5")
    for a, b in zip(theirs.weights, ours.weights):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(a), keras.ops.convert_to_numpy(b), rtol=2e-4, atol=2e-5)
