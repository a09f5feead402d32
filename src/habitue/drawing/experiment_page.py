"""A page on one experiment that needs nothing beside it: light, dark, on a phone."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from habitue.drawing.intervals import (
    INTERVAL_STYLE,
    Interval,
    Look,
    draw_intervals,
    draw_looks,
)
from habitue.experiment_marts import ALL_CUSTOMERS, TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.experiment_marts import Experiment, HealthCheck, Report, Result

_STYLE = """
:root { --paper: #ffffff; --ink: #1c1c1c; --soft: #5a5a5a; --rule: #d8d8d4;
  --plain: #44688f; --better: #00704f; --worse: #b34700; --alarm: #9b1c1c; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e9e9e7;
  --soft: #a9adb5; --rule: #3a3e47; --plain: #8fb4dc; --better: #4fc79d;
  --worse: #f0975a; --alarm: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 15px/1.45 system-ui, 'Segoe UI', Helvetica, Arial,
  sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.soft { color: var(--soft); }
.verdict { border-left: .35rem solid var(--plain); padding: .5rem .8rem; margin: 1rem 0;
  font-size: 1.1rem; }
.verdict.blocked { border-color: var(--alarm); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem;
  margin: 0; }
dt { color: var(--soft); } dd { margin: 0; }
.checks { list-style: none; padding: 0; margin: 0; }
.checks li { padding: .3rem 0; border-top: 1px solid var(--rule); }
.checks strong { margin-right: .4rem; }
.checks .blocked strong { color: var(--alarm); }
.checks .warning strong { color: var(--worse); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-top: 1px solid var(--rule); text-align: right;
  white-space: nowrap; }
th:first-child, td:first-child, td.words, th.words { text-align: left; }
summary { cursor: pointer; margin: .8rem 0 .3rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .9rem; }
"""
# A sign beside each word: colour alone tells nothing to some, and nothing in print.
SIGNS = {"blocked": "✗", "warning": "!", "ok": "✓", "unknown": "?"}
_TABLE = (
    ("metric", True), ("arm", True), ("customers", True), ("method", True),
    ("value", False), ("control", False), ("difference", False), ("95 %", False),
    ("relative", False), ("95 %", False), ("p", False), ("corrected", False),
    ("status", True),
)  # fmt: skip


def interval_of(one: Result, *, label: str) -> Interval:
    """A result as an interval of the relative effect, NaN where there is none."""
    known = one.status == TOLD and one.relative_low is not None
    return Interval(
        label=label,
        middle=_number(one.relative_difference) if known else math.nan,
        low=_number(one.relative_low) if known else math.nan,
        high=_number(one.relative_high) if known else math.nan,
        kind=(_word(one) or "plain") if known else "plain",
        figures=told_effect(one),
    )


def told_effect(one: Result) -> str:
    """The relative effect with its interval, else the absolute one, else why none."""
    if one.status != TOLD:
        return one.status
    # A word beside the colour, for those who see none.
    word = f", {_word(one)}" if _word(one) else ""
    if one.relative_low is not None:
        return (
            f"{signed(one.relative_difference, is_share=True)} "
            f"({signed(100 * one.relative_low, digits=1)} to "
            f"{signed(100 * (one.relative_high or 0), digits=1)}){word}"
        )
    return (
        f"{signed(one.difference)} ({signed(one.difference_low)} to "
        f"{signed(one.difference_high)}){word}"
    )


def is_read(one: Result) -> bool:
    """Whether a method is shown at first: the one to read, and both fixed ones."""
    return one.is_decisive or one.method in {"unadjusted", "cuped"}


def signed(
    value: float | None, *, is_share: bool = False, digits: int | None = None
) -> str:
    """A difference with its sign; empty where it is not known.

    Args:
        value: The difference.
        is_share: Whether it is told in per cent.
        digits: After the point; four in all if none are given.
    """
    if value is None or math.isnan(value):
        return ""
    if is_share:
        said = f"{100 * value:+.1f}%"
    else:
        said = f"{value:+.4g}" if digits is None else f"{value:+.{digits}f}"
    return said.replace("-", "\u2212")


def figure(value: float | None) -> str:
    """A value to four digits; empty where it is not known."""
    return "" if value is None else f"{value:,.4g}"


def draw_experiment(report: Report) -> str:
    """The page as HTML, the same for the same numbers.

    Args:
        report: What the marts say. Every figure is in a table, too.
    """
    one = report.experiment
    name = escape(one.experiment_id)
    kind = "verdict blocked" if one.is_blocked else "verdict"
    parts = [
        f"<h1>{name}</h1>",
        f'<p class="soft">Experiment, {escape(one.status)}, {one.start_date} to '
        f"{one.end_date}</p>",
        f'<p class="{kind}" role="status">{escape(one.verdict or "No verdict.")}</p>',
        _facts(one),
        "<h2>Health</h2>",
        _checks(report.checks),
        *_effects(report),
        *_segments(report),
        *_looks(report),
        "<h2>All figures</h2>",
        _table(report.results),
    ]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Experiment {name}</title>\n<style>{_STYLE}{INTERVAL_STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def facts_of(one: Experiment) -> list[tuple[str, str]]:
    """What an experiment is, name by name."""
    facts = [
        ("arms", f"{one.arms} (control: {one.control_arm})"),
        ("audience", one.audience),
        ("unit", f"{one.unit}, assigned by {one.assigned_by}"),
        ("primary metric", one.primary_metric.replace("_", " ")),
        (
            "customers",
            f"{one.customer_count or 0:,}, of whom "
            f"{one.analysed_customer_count or 0:,} are compared",
        ),
    ]
    if one.layer:
        facts.append(("layer", one.layer))
    if one.is_holdout:
        facts.append(("holdout", "its control is in no other experiment"))
    if one.minimum_effect is not None:
        needed = one.required_customer_count
        told = "" if needed is None else f"; seen with {needed:,.0f} customers"
        facts.append(("minimum effect", f"{one.minimum_effect:.1%}{told}"))
    return facts


def _facts(one: Experiment) -> str:
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>"
        for name, said in facts_of(one)
    )
    return f"<dl>{lines}</dl>"


def _word(one: Result) -> str:
    """Better or worse, as the verdict has it; empty if it is neither, or none yet."""
    said = one.verdict.removeprefix("running: ").split(":")[0]
    return said if said in {"better", "worse"} else ""


def _checks(checks: Sequence[HealthCheck]) -> str:
    fine = [one for one in checks if one.status == "ok"]
    others = _check_list([one for one in checks if one.status != "ok"])
    return (
        f"{others}<details><summary>{SIGNS['ok']} {len(fine)} checks are fine</summary>"
        f"{_check_list(fine)}</details>"
    )


def _check_list(checks: Sequence[HealthCheck]) -> str:
    lines = "\n".join(
        f'<li class="{one.status}"><strong>{SIGNS[one.status]} {one.status}: '
        f"{escape(one.check_name.replace('_', ' '))}</strong> "
        f"{escape(one.message)}</li>"
        for one in checks
    )
    return f'<ul class="checks">\n{lines}\n</ul>'


def _effects(report: Report) -> list[str]:
    """Per arm every metric, by each method that tells an interval of the effect."""
    parts = ["<h2>Effects</h2>"]
    if report.experiment.is_blocked:
        parts.append(
            "<p><strong>Not to be read:</strong> the arms cannot be compared. The "
            "figures are here to find out why.</p>"
        )
    for arm in report.arms:
        rows = [
            interval_of(one, label=f"{one.metric.replace('_', ' ')}, {one.method}")
            for one in report.results
            if one.arm == arm and one.segment_name is None and is_read(one)
        ]
        if rows:
            control = escape(report.experiment.control_arm)
            parts += [
                f"<h3>{escape(arm)} beside {control}</h3>",
                _figure(draw_intervals(rows), "Relative effects, 95 % intervals."),
            ]
    if not report.arms:
        parts.append("<p>There is nothing to compare yet.</p>")
    return parts


def _segments(report: Report) -> list[str]:
    parts = []
    for metric in report.metrics:
        for arm in report.arms:
            found = report.decisive(metric, arm, by_segment=True)
            if len(found) < 2:  # noqa: PLR2004
                continue
            whole = report.decisive(metric, arm, by_segment=False)
            rows = [
                interval_of(one, label=one.segment_name or ALL_CUSTOMERS)
                for one in [*whole, *found]
            ]
            told = _interaction(report.interaction(metric, arm))
            caption = f"Method: {found[0].method}; {told}"
            heading = f"{metric.replace('_', ' ')}, {arm}"
            is_open = " open" if metric == report.experiment.primary_metric else ""
            parts.append(
                f"<details{is_open}><summary>{escape(heading)}</summary>"
                f"{_figure(draw_intervals(rows), caption)}</details>"
            )
    return ["<h2>By segment</h2>", *parts] if parts else []


def _interaction(p_value: float | None) -> str:
    if p_value is None:
        return "whether segments differ in the effect is not known."
    if p_value < 0.05:  # noqa: PLR2004
        return f"segments differ in the effect (p = {p_value:.2g})."
    return f"no evidence that segments differ in the effect (p = {p_value:.2g})."


def _looks(report: Report) -> list[str]:
    parts = []
    for arm in dict.fromkeys(one.arm for one in report.looks):
        taken = [one for one in report.looks if one.arm == arm]
        looks = [
            Look(
                one.look_at,
                *(
                    _number(value)
                    for value in (
                        one.difference,
                        *(one.difference_low, one.difference_high),
                        *(one.always_low, one.always_high),
                    )
                ),
            )
            for one in taken
        ]
        title = f"{taken[0].metric.replace('_', ' ')}, {arm}: difference so far"
        caption = (
            f"{title}. Area: fixed 95 % interval, right only at a look that was "
            "planned. Dashed: always-valid interval, right at all of them together."
        )
        parts.append(_figure(draw_looks(looks, title=title), caption))
    return ["<h2>Look by look</h2>", *parts] if parts else []


def _figure(drawn: str, caption: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(results: Sequence[Result]) -> str:
    header = "".join(
        f'<th scope="col"{" class=words" if is_words else ""}>{name}</th>'
        for name, is_words in _TABLE
    )
    lines = "\n".join(f"<tr>{_cells(one)}</tr>" for one in results)
    return (
        "<details><summary>Every comparison and method</summary>"
        f'<div class="wide"><table><thead><tr>{header}</tr></thead>\n<tbody>\n{lines}\n'
        "</tbody></table></div></details>"
    )


def _cells(one: Result) -> str:
    cells = [
        one.metric.replace("_", " "),
        one.arm,
        one.segment_name or ALL_CUSTOMERS,
        one.method,
        figure(one.value),
        figure(one.control_value),
        signed(one.difference),
        _limits(one.difference_low, one.difference_high, is_share=False),
        signed(one.relative_difference, is_share=True),
        _limits(one.relative_low, one.relative_high, is_share=True),
        figure(one.p_value),
        figure(one.corrected_p_value),
        one.verdict,
    ]
    return "".join(
        f"<td{' class=words' if is_words else ''}>{escape(cell)}</td>"
        for cell, (_, is_words) in zip(cells, _TABLE, strict=True)
    )


def _limits(low: float | None, high: float | None, *, is_share: bool) -> str:
    if low is None or high is None:
        return ""
    return f"{signed(low, is_share=is_share)} to {signed(high, is_share=is_share)}"


def _number(value: float | None) -> float:
    return math.nan if value is None else value
