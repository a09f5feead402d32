"""Which code is running: version, commit, and a checksum of what it does."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).parent
_PROJECT_FOLDERS = ("models", "python_models", "macros", "seeds/lookups")
_SHORT = 12


@cache
def code_version() -> str:
    """The version of the package, the commit in a checkout, and a checksum of the code.

    The checksum covers the Python package and, in a checkout, the dbt project around
    it. Installed as a package the project lies elsewhere; its own checksum is then
    among the parameters of a build.
    """
    try:
        release = version("habitue")
    except PackageNotFoundError:
        release = "unknown"
    project = _PACKAGE.parents[1]
    files = sorted(_PACKAGE.rglob("*.py"))
    commit = None
    if (project / "dbt_project.yml").is_file():
        commit = _commit(project)
        for folder in _PROJECT_FOLDERS:
            files += sorted(
                path for path in (project / folder).rglob("*") if path.is_file()
            )
    checksum = hashlib.sha256()
    for path in files:
        if path.suffix != ".pyc":
            checksum.update(path.read_bytes())
    parts = [release, commit, f"code {checksum.hexdigest()[:_SHORT]}"]
    return ", ".join(part for part in parts if part)


def _commit(project: Path) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    found = subprocess.run(  # noqa: S603
        [git, "-C", str(project), "rev-parse", f"--short={_SHORT}", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"commit {found.stdout.strip()}" if found.returncode == 0 else None
