"""dbt on the generated files: commands, and what each node of a build took."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from at_size.data import KINDS, LAST_DAY
from at_size.processes import Ran, run_alone
from at_size.settings import ENVIRONMENT, PROJECT

if TYPE_CHECKING:
    from at_size.settings import Settings

# What scripts by hand make, and what habitue makes of it.
EQUAL = ("+sessions", "+customer_identifiers", "+customer_features", "+rfm_scores")
# With the end of a batch, without which the next build would do everything again.
WHOLE = (*EQUAL, "+customer_segments", "+int_batches__completed")
# More marts, so that one more day is compared with a refresh in more of them.
BESIDE = (
    *("+events", "+stitched_sessions", "+customers", "+row_ledger"),
    "+quarantined_rows",
)
RESCORED = ("customer_segments",)
NO_TESTS = ("unit_test", "test")
NO_UNIT_TESTS = ("unit_test",)


class BuildError(RuntimeError):
    """A command failed; the message ends with the last lines of what it said."""


@dataclass(frozen=True)
class Place:
    """The folder of one size: what has arrived, databases, what dbt left behind."""

    folder: Path
    data: Path
    settings: Settings

    @property
    def inbox(self) -> Path:
        """The files that have arrived."""
        return self.folder / "inbox"

    def receive(self, *, all_days: bool) -> None:
        """Put files into the inbox; those that are there stay as they are."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        days = (self.data, self.data / LAST_DAY) if all_days else (self.data,)
        arrived = {path.name: path for day in days for path in day.glob("*.parquet")}
        for path in self.inbox.iterdir():
            if path.name not in arrived:
                path.unlink()
        for name, path in arrived.items():
            if not (self.inbox / name).exists():
                os.link(path, self.inbox / name)

    def database(self, name: str) -> Path:
        """The file of a database."""
        return self.folder / name / "habitue.duckdb"

    def remove(self, name: str) -> None:
        """Give up a database and what stands beside it."""
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def dbt(self, database: str, *command: str, **variables: Any) -> Ran:
        """Run dbt in a process of its own.

        Args:
            database: Name of the database; made if it is not there.
            command: dbt's command and its options.
            variables: dbt vars beside those that name the files.

        Raises:
            BuildError: If dbt fails.
        """
        path = self.database(database)
        path.parent.mkdir(parents=True, exist_ok=True)
        program = str(Path(sys.executable).with_name("dbt"))
        return self.run(
            [program, *self.arguments(*command, **variables)],
            environment=self.environment(database),
            spill_folder=Path(f"{path}.tmp"),
        )

    def run(self, command: list[str], **options: Any) -> Ran:
        """Run any command in a process of its own.

        Raises:
            BuildError: If it fails.
        """
        ran = run_alone(
            command, log=self.settings.log, cores=self.settings.cores, **options
        )
        if ran.exit_code:
            raise BuildError(f"exit code {ran.exit_code}\n{ran.last_lines}")
        return ran

    def arguments(self, *command: str, **variables: Any) -> list[str]:
        """A dbt command with the vars and folders of this place."""
        target = self.folder / "target" / (_told(variables) or "plain")
        files = {
            f"files_{kind}_path": str(self.inbox / f"{kind}_*.parquet")
            for kind in KINDS
            if kind != "consents"
        }
        return [
            *command,
            *("--quiet", "--no-use-colors", "--project-dir", str(PROJECT)),
            *("--profiles-dir", str(PROJECT)),
            *("--vars", json.dumps({"sources": ["files"]} | files | variables)),
            *("--target-path", str(target), "--log-path", str(self.folder / "logs")),
        ]

    def environment(self, database: str) -> dict[str, str]:
        """Variables that the profile of the project reads."""
        return {
            "HABITUE_DATABASE": str(self.database(database)),
            "HABITUE_TARGET": "demo",
            "HABITUE_THREADS": str(self.settings.cores),
            "HABITUE_MEMORY_LIMIT": self.settings.memory_limit,
        }

    @property
    def consents(self) -> dict[str, str]:
        """The var that has consents read, too."""
        return {"files_consents_path": str(self.inbox / "consents_*.parquet")}

    def tell(self, what: str, database: str) -> Any:
        """Checksums or rows of a database; by a process of its own, since we are small.

        Raises:
            BuildError: If the database cannot be read.
        """
        path = self.folder / f"{what}.json"
        self.run(
            self.settings.module("tables", what, self.database(database), path),
            environment=ENVIRONMENT,
        )
        return json.loads(path.read_text())

    def nodes(self, database: str, **variables: Any) -> dict[str, Any]:
        """What the last build of these vars took by kind of node, and by model."""
        target = self.folder / "target" / (_told(variables) or "plain")
        results = json.loads((target / "run_results.json").read_text())["results"]
        nodes = json.loads((target / "manifest.json").read_text())["nodes"]
        rooms = {
            node["name"]: "/".join(node["fqn"][1:-1])
            for node in nodes.values()
            if node["resource_type"] == "model"
        }
        return summarise(results, rows=self.tell("rows", database), rooms=rooms)


def _told(variables: dict[str, Any]) -> str:
    """Names of vars; dbt parses anew when vars differ, so each set has a folder."""
    return "_".join(sorted(variables))


def selecting(
    selection: tuple[str, ...], *, without: tuple[str, ...] = NO_UNIT_TESTS
) -> tuple[str, ...]:
    """`dbt build` of a selection, with the tests that need nothing outside of it."""
    return (
        *("build", "--select", *selection, "--indirect-selection", "cautious"),
        *(word for kind in without for word in ("--exclude-resource-type", kind)),
    )


def summarise(
    results: list[dict[str, Any]], *, rows: dict[str, int], rooms: dict[str, str]
) -> dict[str, Any]:
    """Count and seconds of nodes by kind, and seconds and rows of models.

    Args:
        results: `results` of dbt's run_results.json.
        rows: Rows of tables by name.
        rooms: Folder of each model.

    Returns:
        Under "kinds" `[count, seconds]` of models, tests, seeds and operations (two run
        at a time, so seconds add up to more than the clock's); under "models" seconds,
        rows and room of each, slowest first, and under "tests" the seconds of each.
    """
    kinds: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    seconds: dict[str, dict[str, float]] = {"model": {}, "test": {}}
    for result in results:
        kind, _, name = result["unique_id"].split(".")[:3]
        kinds[kind][0] += 1
        kinds[kind][1] += result["execution_time"]
        if kind in seconds:
            seconds[kind][name] = result["execution_time"]
    models, tests = (
        sorted(seconds[kind].items(), key=lambda one: -one[1])
        for kind in ("model", "test")
    )
    return {
        "kinds": dict(kinds),
        "models": {
            name: {
                "seconds": spent,
                "rows": rows.get(name),
                "room": rooms.get(name, ""),
            }
            for name, spent in models
        },
        "tests": dict(tests),
    }
