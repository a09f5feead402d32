"""The steps of the benchmark; each leaves figures and takes its databases with it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from at_size.builds import (
    BESIDE,
    EQUAL,
    NO_TESTS,
    RESCORED,
    WHOLE,
    BuildError,
    Place,
    selecting,
)
from at_size.contenders import CONTENDERS, contend
from at_size.data import facts_of, is_there
from at_size.parts import PARTS
from at_size.processes import run_alone
from at_size.results import Figure
from at_size.settings import ENVIRONMENT, SMALLER, Size

if TYPE_CHECKING:
    from collections.abc import Callable

    from at_size.processes import Ran
    from at_size.results import Results
    from at_size.settings import Settings

# So few that only what a build costs anyway is left.
FEW = Size.of("10k")
# Beyond it no second copy of a database is kept, for which there may be no room.
MOST_LOOKED_INTO = Size.of("20m")
LATEST = {"history_months": 0}


@dataclass
class Steps:
    """The steps of one run.

    Attributes:
        settings: What was asked for.
        results: Where figures go.
        say: Called with a line of progress.
    """

    settings: Settings
    results: Results
    say: Callable[[str], None]

    def place(self, size: Size) -> Place:
        """The folder that a size is built in, with its files made if absent.

        Raises:
            BuildError: If the files cannot be made.
        """
        data = self.settings.data(size)
        if not is_there(data, size, seed=self.settings.seed):
            self.say(f"{size.name}: generating files")
            data.parent.mkdir(parents=True, exist_ok=True)
            seed = ("--seed", self.settings.seed)
            ran = run_alone(
                self.settings.module("data", size.name, data, *seed),
                log=self.settings.log,
                cores=self.settings.cores,
                environment=ENVIRONMENT,
            )
            if ran.exit_code:
                raise BuildError(f"the files could not be made\n{ran.last_lines}")
            self.say(f"{size.name}: files made in {ran.wall_seconds:.0f} s")
        self.results.facts.setdefault("data", {})[size.name] = facts_of(data)
        return Place(self.settings.out / "builds" / size.name, data, self.settings)

    def copy(self, size: Size) -> None:
        """The unit: the raw events as a table, as they are."""
        place = self.place(size)
        place.receive(all_days=True)
        database = place.database("copied")
        database.parent.mkdir(parents=True, exist_ok=True)
        copying = self.settings.module(
            "copying", place.inbox, database, self.settings.memory_limit
        )
        self._measure(
            "copy",
            "C: create table as select *",
            size,
            partial(
                place.run,
                copying,
                environment=ENVIRONMENT,
                spill_folder=database.with_name(f"{database.name}.tmp"),
            ),
        )
        place.remove("copied")

    def fixed(self) -> None:
        """What builds cost without data worth the name: dbt, and every node."""
        place = self.place(FEW)
        shutil.rmtree(place.folder, ignore_errors=True)
        place.receive(all_days=False)
        parse = partial(place.dbt, "fixed", "parse")
        self._measure("start", "dbt start, project parsed anew", FEW, parse)
        self._measure("start_again", "dbt start, project known", FEW, parse)
        build = partial(place.dbt, "fixed", *selecting(WHOLE))
        figure = self._measure(
            "fixed_refresh", "full refresh of next to nothing", FEW, build
        )
        self._detail(figure, place.nodes("fixed"))
        place.receive(all_days=True)
        self._measure("fixed_day", "one more day of next to nothing", FEW, build)
        place.remove("fixed")

    def growing(self, size: Size) -> None:
        """All days but the last, then the last one, nothing, and scores made again."""
        place = self._fresh(size, "growing", all_days=False)
        models = partial(place.dbt, "growing", *selecting(WHOLE, without=NO_TESTS))
        build = partial(place.dbt, "growing", *selecting(WHOLE))
        figure = self._measure("first", "all days but the last, models", size, models)
        self._detail(figure, place.nodes("growing"))
        is_looked_into = size.events <= MOST_LOOKED_INTO.events
        if is_looked_into:
            shutil.copytree(
                place.database("growing").parent, place.database("profiled").parent
            )
        place.receive(all_days=True)
        day = self._measure("day", "one more day", size, build)
        self._detail(day, place.nodes("growing"))
        self._measure("nothing", "nothing new", size, build)
        rescore = ("run", "--select", *RESCORED)
        figure = self._measure(
            "rescore", "re-score", size, partial(place.dbt, "growing", *rescore)
        )
        self._detail(figure, place.nodes("growing"))
        if is_looked_into:
            self._detail(day, {"rows_read": self._rows_read(place)})
        self._detail(day, {"checksums": self._checksums(place, "growing", size)})
        self.compare_days(size)
        place.remove("growing")

    def whole(self, size: Size) -> None:
        """A full refresh as users run it: tests, twelve months back, segments."""
        place = self._fresh(size, "whole")
        build = partial(place.dbt, "whole", *selecting(WHOLE))
        figure = self._measure("whole", "full refresh, with tests", size, build)
        self._detail(figure, place.nodes("whole"))
        self._detail(figure, {"database_bytes": place.database("whole").stat().st_size})
        if size == self.settings.size:
            self._detail(figure, {"checksums": self._checksums(place, "whole", size)})
            self.compare_days(size)
        place.remove("whole")

    def equal(self, size: Size) -> None:
        """What scripts by hand make, made by habitue and by them."""
        self._equal(size, [one for one in CONTENDERS if one.size(size) == size])
        for smaller in sorted({one.size(size) for one in CONTENDERS} - {size}):
            self.copy(smaller)
            # The one by hand goes along, as the floor at that size.
            limited = [one for one in CONTENDERS if one.size(size) == smaller]
            self._equal(smaller, [CONTENDERS[0], *limited])

    def consents(self, size: Size) -> None:
        """The full refresh once more, with consents to obey."""
        variables = self.place(size).consents
        place = self._fresh(size, "consents", **variables)
        build = partial(place.dbt, "consents", *selecting(WHOLE), **variables)
        label = "full refresh with consents, with tests"
        figure = self._measure("consents", label, size, build)
        self._detail(figure, place.nodes("consents", **variables))
        place.remove("consents")

    def parts(self) -> None:
        """Budgets of single parts: scoring, evidence and fit, the demo."""
        place = self.place(FEW)
        place.folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            self.say(part.label)
            figure = part.measure(place)
            self.results.add(figure)
            self.say(f"{part.label}: {_told(figure)}")

    def growth(self) -> None:
        """Full refreshes of smaller sizes."""
        for size in SMALLER.get(self.settings.size.name, ()):
            if not self._found("copy", size):
                self.copy(size)
            self.whole(size)

    def _equal(self, size: Size, contenders: list[Any]) -> None:
        place = self._fresh(size, "equal", **LATEST)
        build = partial(
            place.dbt, "equal", *selecting(EQUAL, without=NO_TESTS), **LATEST
        )
        label = "habitue, the same tables, models only"
        self._detail(
            self._measure("equal", label, size, build), place.nodes("equal", **LATEST)
        )
        for one in contenders:
            if not one.script.exists():
                continue
            self.say(f"{size.name}: {one.label}")
            figure = contend(
                one, place, place.database("equal"), size=size, events=self._rows(size)
            )
            self.results.add(figure)
            self.say(f"{size.name}: {one.label}: {_told(figure)}")
            shutil.rmtree(place.folder / one.name, ignore_errors=True)
        place.remove("equal")

    def _fresh(
        self, size: Size, database: str, *, all_days: bool = True, **variables: Any
    ) -> Place:
        """A place without such a database, its project parsed."""
        place = self.place(size)
        place.remove(database)
        place.receive(all_days=all_days)
        place.dbt(database, "parse", **variables)
        return place

    def _rows(self, size: Size) -> int:
        return int(self.results.facts["data"][size.name]["events"]["rows"])

    def _found(self, key: str, size: Size) -> list[Figure]:
        return [
            one
            for one in self.results.figures
            if one.key == key and one.size == size.name and one.status == "ok"
        ]

    def _measure(
        self, key: str, label: str, size: Size, run: Callable[[], Ran]
    ) -> Figure:
        self.say(f"{size.name}: {label}")
        try:
            ran = run()
        except BuildError as error:
            note = str(error).splitlines()[-1]
            failed = Figure(key, label, size.name, self._rows(size), "failed", note)
            self.results.add(failed)
            raise
        figure = Figure.of(key, label, size, self._rows(size), ran)
        self.results.add(figure)
        self.say(f"{size.name}: {label}: {_told(figure)}")
        return figure

    def _detail(self, figure: Figure, details: dict[str, Any]) -> None:
        figure.details.update(details)
        self.results.write()

    def _checksums(
        self, place: Place, database: str, size: Size
    ) -> dict[str, list[int]]:
        """Checksums of marts; where it is cheap, of more than are built so far."""
        if size.events <= MOST_LOOKED_INTO.events:
            self.say(f"{size.name}: marts beside, to compare")
            place.dbt(database, "run", "--select", *BESIDE, "--exclude", *WHOLE)
        found: dict[str, list[int]] = place.tell("checksums", database)
        return found

    def compare_days(self, size: Size) -> None:
        """Note on the figure of one more day where it differs from one refresh."""
        day, refresh = (
            [one for one in self._found(key, size) if "checksums" in one.details][-1:]
            for key in ("day", "whole")
        )
        if day and refresh:
            ours, theirs = (one[0].details["checksums"] for one in (day, refresh))
            differing = differences(ours, theirs)
            day[0].note = f"equals one refresh in {len(ours)} marts"
            if differing:
                day[0].status = "differs"
                day[0].note = f"from one refresh: {', '.join(differing)}"
        self.results.write()

    def _rows_read(self, place: Place) -> dict[str, dict[str, int]]:
        """Rows that one more day reads, by node and table."""
        self.say("one more day once more, under the profiler")
        path = place.folder / "rows_read.json"
        database = place.database("profiled")
        place.run(
            self.settings.module("reads", path, *place.arguments(*selecting(WHOLE))),
            environment=ENVIRONMENT | place.environment("profiled"),
            spill_folder=database.with_name(f"{database.name}.tmp"),
        )
        place.remove("profiled")
        rows: dict[str, dict[str, int]] = json.loads(path.read_text())
        return rows


def _told(figure: Figure) -> str:
    if figure.status != "ok":
        return f"{figure.status}. {figure.note}"
    return (
        f"{figure.wall_seconds:.1f} s, {figure.cpu_seconds:.1f} s of work, "
        f"{figure.peak_memory_bytes / 2**30:.2f} GB"
    )


def differences(ours: dict[str, list[int]], theirs: dict[str, list[int]]) -> list[str]:
    """Names of tables whose rows or checksums differ, or that one side lacks."""
    names = ours.keys() | theirs.keys()
    return sorted(name for name in names if ours.get(name) != theirs.get(name))
