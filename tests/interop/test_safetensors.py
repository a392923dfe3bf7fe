"""The fixtures of the safetensors reader are what the reference implementation writes today, byte by byte."""

import shutil
import subprocess
import sys
from pathlib import Path

FORMATS = Path(__file__).parent.parent / "fixtures" / "formats"


def test_the_reference_still_writes_the_fixtures(tmp_path):
    shutil.copy(FORMATS / "make_safetensors.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "make_safetensors.py"], check=True, timeout=300)
    made = {path.name: path.read_bytes() for path in (tmp_path / "safetensors").iterdir()}
    kept = {path.name: path.read_bytes() for path in (FORMATS / "safetensors").iterdir()}
    assert made == kept
