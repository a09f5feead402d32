"""Whether a script's sessions and features are the project's; exit code 1 if not.

python -m at_size.equality <database> <folder of the script's files>
"""

from __future__ import annotations

import sys
from pathlib import Path

from at_size.agreement import compare

if __name__ == "__main__":
    agreement = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write(f"{agreement}\n")
    sys.exit(not agreement.holds)
