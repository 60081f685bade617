"""tools/demo, after its build."""
import os
import subprocess
import sys

import pytest

from harness.service import CHECKOUT, build_dir, is_built


@pytest.mark.skipif(not is_built(), reason="no daemon in the build folder")
def test_the_demo_needs_no_other_build_than_its_own(tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "IEMD_ASKING_BUILD"} | {"IEMD_BUILD": str(tmp_path)}
    done = subprocess.run([sys.executable, "-B", CHECKOUT / "tools/demo.py", build_dir(), CHECKOUT], env=env,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Good: " in done.stdout
