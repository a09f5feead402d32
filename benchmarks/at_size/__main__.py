"""`python benchmarks/at_size`: see command.py."""

import runpy
import sys
from pathlib import Path

# Run as a folder, Python takes its modules for ones without a package.
sys.path[0] = str(Path(__file__).resolve().parents[1])
runpy.run_module("at_size.command", run_name="__main__")
