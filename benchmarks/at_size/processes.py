"""One command in a process of its own, and what it took.

The command is started by a process as small as can be, which is this file run as a
script: Linux counts the memory of whoever starts a process as the first peak of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS_BETWEEN_LOOKS = 0.25
_LINES_TOLD = 12


class Ran(NamedTuple):
    """What a process took.

    Attributes:
        exit_code: 0 if it succeeded; negative for the signal that ended it.
        wall_seconds: From its start to its end.
        cpu_seconds: Work of all cores, the kernel's for it included.
        peak_memory_bytes: Largest resident set.
        peak_spill_bytes: Most that lay in the folder of spilled data when looked at.
        last_lines: The end of what it said.
    """

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    peak_spill_bytes: int = 0
    last_lines: str = ""


def run_alone(
    command: Sequence[str],
    *,
    log: Path,
    cores: int,
    environment: Mapping[str, str] | None = None,
    spill_folder: Path | None = None,
) -> Ran:
    """Run a command to its end and say what it took, whatever its exit code.

    Args:
        command: Program and arguments.
        log: File that what the command says is added to.
        cores: Cores that it may use, where the system can tell it so.
        environment: Variables beside those of this process.
        spill_folder: Folder that the command spills data to.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        settings = [str(told), str(cores), str(spill_folder or "")]
        with log.open("a+") as said:
            start = said.seek(0, os.SEEK_END)
            # -S and -E: without packages and without settings of the environment.
            subprocess.run(
                [sys.executable, "-S", "-E", __file__, *settings, *command],
                env={**os.environ, **(environment or {})},
                stdout=said,
                stderr=subprocess.STDOUT,
                check=True,
            )
            said.seek(start)
            lines = said.read().strip().splitlines()[-_LINES_TOLD:]
        return Ran(**json.loads(told.read_text()), last_lines="\n".join(lines))


class _Looker(threading.Thread):
    """Looks at a folder, and at whether anybody still waits, while a process runs."""

    def __init__(self, process: subprocess.Popen[bytes], folder: str) -> None:
        super().__init__(daemon=True)
        self.process, self.folder, self.most = process, folder, 0
        self.starter = os.getppid()

    def run(self) -> None:
        """Look until the process is over; end it when nobody waits for it."""
        while self.process.returncode is None:
            if os.getppid() != self.starter:
                self.process.kill()
                return
            if self.folder:
                self.most = max(self.most, _bytes_in(self.folder))
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _bytes_in(folder: str) -> int:
    size = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    # Blocks, since a file of spilled data may have holes.
                    size += entry.stat().st_blocks * 512
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return size
    return size


def _launch(told: str, cores: str, folder: str, *command: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[: int(cores)])
    started = time.monotonic()
    process = subprocess.Popen(command)
    looker = _Looker(process, folder)
    looker.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    ran = Ran(
        exit_code=process.returncode,
        wall_seconds=wall_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_memory_bytes=usage.ru_maxrss * unit,
        peak_spill_bytes=looker.most,
    )
    kept = {
        name: value for name, value in ran._asdict().items() if name != "last_lines"
    }
    Path(told).write_text(json.dumps(kept))


if __name__ == "__main__":
    _launch(*sys.argv[1:])
