"""The numbers in tests/fixtures/keras are what Keras computes today."""

import subprocess
import sys
from pathlib import Path


def test_keras_still_computes_the_fixtures():
    script = Path(__file__).parent.parent / "fixtures" / "keras" / "generate" / "all.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
