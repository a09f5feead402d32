"""A series with what was expected of it and what is to come: SVG, nothing beside it."""

from __future__ import annotations

import math
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDTH, _HEIGHT = 1120, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 28, 96, 48
_TICKS = 5
_NEAR_LABELS = 140
_HIGHEST = 1.06
# Okabe and Ito (2008), told apart also by people who see no red or green.
_VALUE, _TREND, _ANOMALY, _FORECAST = "#7a8794", "#0072b2", "#d55e00", "#009e73"
_STYLE = (
    "text { font: 12px system-ui, sans-serif; fill: #333; }"
    " .title { font-size: 17px; font-weight: 600; fill: #1c1c1c; }"
    " .note, .axis { fill: #6b6b6b; } .shift { fill: #1c1c1c; font-weight: 600; }"
    " path { fill: none; stroke-linejoin: round; }"
)


class TrendPoint(NamedTuple):
    """One day or week of the past.

    Attributes:
        day: Its date.
        value: What was, None where there is none.
        trend: Its level with the season of the year, None where nothing was fitted.
        low: Lower end of the expected range, None where there is none.
        high: Upper end.
        is_anomaly: Whether the value lies outside.
    """

    day: date
    value: float | None
    trend: float | None
    low: float | None
    high: float | None
    is_anomaly: bool


class Shift(NamedTuple):
    """A level shift.

    Attributes:
        day: First day on the new level.
        relative_size: Its size over the level before, None where that was zero.
    """

    day: date
    relative_size: float | None


class ForecastPoint(NamedTuple):
    """One day or week to come.

    Attributes:
        day: Its date.
        expected: The median.
        low_80: Lower end of the 80 % interval.
        high_80: Upper end.
        low_95: Lower end of the 95 % interval.
        high_95: Upper end.
    """

    day: date
    expected: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


def draw_trend(
    points: Sequence[TrendPoint],
    *,
    shifts: Sequence[Shift],
    forecast: Sequence[ForecastPoint],
    title: str,
    note: str,
    is_share: bool = False,
) -> str:
    """The picture as SVG text, the same for the same numbers.

    Args:
        points: The past in order, at least one.
        shifts: Level shifts in it, in order.
        forecast: What follows on it, in order; may be empty.
        title: What is drawn.
        note: One line on how good it is.
        is_share: Whether values are told in per cent.
    """
    canvas = _Canvas.of(points, forecast, is_share=is_share)
    parts = [
        *canvas.grid(),
        canvas.band(
            [
                (one.day, one.low, one.high)
                for one in points
                if one.low is not None and one.high is not None
            ],
            colour=_TREND,
            opacity=0.13,
        ),
        canvas.band(
            [(one.day, one.low_95, one.high_95) for one in forecast],
            colour=_FORECAST,
            opacity=0.14,
        ),
        canvas.band(
            [(one.day, one.low_80, one.high_80) for one in forecast],
            colour=_FORECAST,
            opacity=0.22,
        ),
        *canvas.line([(p.day, p.value) for p in points], colour=_VALUE, width=1.1),
        *canvas.line([(p.day, p.trend) for p in points], colour=_TREND, width=2.4),
        *canvas.line(
            [(one.day, one.expected) for one in forecast], colour=_FORECAST, width=2.2
        ),
        *canvas.shifts(shifts),
        *canvas.anomalies(points),
    ]
    return _document(
        title=title,
        note=note,
        parts=[*_legend(has_forecast=bool(forecast), has_shift=bool(shifts)), *parts],
    )


class _Canvas(NamedTuple):
    """Where days and values are on the page.

    Attributes:
        first: First day.
        last: Last day, of the forecast if there is one.
        top: Highest value that is shown.
        low: Lowest value that is shown.
        today: Day after the last one of the past, None without a forecast.
        is_share: Whether values are told in per cent.
    """

    first: date
    last: date
    top: float
    low: float
    today: date | None
    is_share: bool

    @classmethod
    def of(
        cls,
        points: Sequence[TrendPoint],
        forecast: Sequence[ForecastPoint],
        *,
        is_share: bool,
    ) -> _Canvas:
        values = [one.value for one in points if one.value is not None]
        values += [one.trend for one in points if one.trend is not None]
        values += [one.high_80 for one in forecast] + [one.low_80 for one in forecast]
        # Ranges may be far wider than anything that was: they are cut, not the values.
        top, low = max(values, default=1.0), min([0.0, *values])
        return cls(
            first=points[0].day,
            last=(forecast or points)[-1].day,
            top=top * _HIGHEST if top > 0 else 1.0,
            low=low * _HIGHEST,
            today=forecast[0].day if forecast else None,
            is_share=is_share,
        )

    @property
    def _days(self) -> int:
        return max((self.last - self.first).days, 1)

    def x(self, day: date) -> float:
        share = (day - self.first).days / self._days
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * share

    def y(self, value: float) -> float:
        inside = min(max(value, self.low), self.top)
        share = (inside - self.low) / (self.top - self.low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share

    def grid(self) -> list[str]:
        """Lines at round values, months below, and where the past ends."""
        lines = [
            f'<path stroke="#e6e6e6" d="M{_LEFT} {self.y(tick):.1f}'
            f'H{_WIDTH - _RIGHT}"/>'
            f'<text class="axis" x="{_LEFT - 8}" y="{self.y(tick) + 4:.1f}" '
            f'text-anchor="end">{_told(tick, is_share=self.is_share)}</text>'
            for tick in _ticks(self.low, self.top)
        ]
        base = _HEIGHT - _BOTTOM
        lines += [
            f'<path stroke="#bbb" d="M{self.x(day):.1f} {base}v5"/>'
            f'<text class="axis" x="{self.x(day):.1f}" y="{base + 20}" '
            f'text-anchor="middle">{text}</text>'
            for day, text in _dates(self.first, self.last)
        ]
        lines.append(f'<path stroke="#bbb" d="M{_LEFT} {base}H{_WIDTH - _RIGHT}"/>')
        if self.today:
            lines.append(
                f'<path stroke="#bbb" stroke-dasharray="2 3" '
                f'd="M{self.x(self.today):.1f} {_TOP}V{base}"/>'
            )
        return lines

    def line(
        self, points: Sequence[tuple[date, float | None]], *, colour: str, width: float
    ) -> list[str]:
        """A line through the values, broken where there are none."""
        runs: list[list[tuple[date, float]]] = [[]]
        for day, value in points:
            if value is not None:
                runs[-1].append((day, value))
            elif runs[-1]:
                runs.append([])
        return [
            f'<path stroke="{colour}" stroke-width="{width}" d="M'
            + "L".join(f"{self.x(day):.1f} {self.y(value):.1f}" for day, value in run)
            + '"/>'
            for run in runs
            if run
        ]

    def band(
        self,
        points: Sequence[tuple[date, float, float]],
        *,
        colour: str,
        opacity: float,
    ) -> str:
        """An area between two lines; what lies above the page ends at its edge."""
        if not points:
            return ""
        there = [f"{self.x(day):.1f} {self.y(high):.1f}" for day, _, high in points]
        back = [f"{self.x(day):.1f} {self.y(low):.1f}" for day, low, _ in points]
        outline = "L".join([*there, *reversed(back)])
        return f'<path style="fill:{colour}" fill-opacity="{opacity}" d="M{outline}Z"/>'

    def shifts(self, shifts: Sequence[Shift]) -> list[str]:
        """Dashed lines with the size above; crowded labels take turns in height."""
        drawn, last, row = [], -math.inf, 0
        for shift in shifts:
            x = self.x(shift.day)
            row = (row + 1) % 2 if x - last < _NEAR_LABELS else 0
            last = x
            size = shift.relative_size
            text = f"{shift.day:%d %b %Y}" + (
                "" if size is None else f" {size:+.0%}".replace("-", "\u2212")
            )
            at_end = x > _WIDTH - _RIGHT - _NEAR_LABELS
            drawn.append(
                f'<path stroke="#1c1c1c" stroke-width="1.2" stroke-dasharray="5 4" '
                f'd="M{x:.1f} {_TOP - 2 + 13 * row}V{_HEIGHT - _BOTTOM}"/>'
                f'<text class="shift" x="{x + (-5 if at_end else 5):.1f}" '
                f'y="{_TOP + 9 + 13 * row}" '
                f'text-anchor="{"end" if at_end else "start"}">{text}</text>'
            )
        return drawn

    def anomalies(self, points: Sequence[TrendPoint]) -> list[str]:
        """A dot on each; the title tells the day and the value."""
        return [
            f'<circle cx="{self.x(one.day):.1f}" cy="{self.y(one.value):.1f}" r="4.2" '
            f'fill="{_ANOMALY}" stroke="#fff" stroke-width="1.2"><title>'
            f"{one.day}: {_told(one.value, is_share=self.is_share)}</title></circle>"
            for one in points
            if one.is_anomaly and one.value is not None
        ]


def _document(*, title: str, note: str, parts: Sequence[str]) -> str:
    body = "\n".join(part for part in parts if part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n'
        f'<text class="title" x="{_LEFT}" y="28">{escape(title)}</text>\n'
        f'<text class="note" x="{_LEFT}" y="47">{escape(note)}</text>\n'
        f"{body}\n</svg>\n"
    )


def _legend(*, has_forecast: bool, has_shift: bool) -> list[str]:
    """What is what, in one line."""
    entries: list[tuple[str, Callable[[float], str]]] = [
        ("value", lambda x: _dash(x, _VALUE, 1.4)),
        ("trend", lambda x: _dash(x, _TREND, 2.6)),
        ("expected range", lambda x: _box(x, _TREND, 0.18)),
        (
            "anomaly",
            lambda x: f'<circle cx="{x + 10}" cy="68" r="4.2" fill="{_ANOMALY}"/>',
        ),
    ]
    if has_shift:
        entries.append(
            ("level shift", lambda x: _dash(x, "#1c1c1c", 1.2, dashes="5 4"))
        )
    if has_forecast:
        entries.append(
            (
                "forecast with 80 and 95 % intervals",
                lambda x: _box(x, _FORECAST, 0.3) + _dash(x, _FORECAST, 2.2),
            )
        )
    drawn, x = [], float(_LEFT)
    for text, mark in entries:
        drawn.append(f'{mark(x)}<text x="{x + 26:.0f}" y="72">{text}</text>')
        x += 26 + 6.6 * len(text) + 22
    return drawn


def _dash(x: float, colour: str, width: float, *, dashes: str = "") -> str:
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path stroke="{colour}" stroke-width="{width}"{pattern} d="M{x} 68h20"/>'


def _box(x: float, colour: str, opacity: float) -> str:
    return (
        f'<rect x="{x}" y="61" width="20" height="14" fill="{colour}" '
        f'fill-opacity="{opacity}"/>'
    )


def _told(value: float, *, is_share: bool) -> str:
    if is_share:
        return f"{value:.0%}"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,g}"  # noqa: PLR2004


def _ticks(low: float, top: float) -> list[float]:
    """About five round numbers from the lowest to the highest value."""
    rough = (top - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= rough)
    begin = math.ceil(low / step - 1e-9)
    return [step * place for place in range(begin, int(top / step + 1e-9) + 1)]


def _dates(first: date, last: date) -> list[tuple[date, str]]:
    """Beginnings of months (weeks for short spells), up to a dozen of them."""
    days = (last - first).days
    if days <= 120:  # noqa: PLR2004
        monday = first + timedelta(days=-first.weekday() % 7)
        step = 7 if days <= 70 else 14  # noqa: PLR2004
        found = [monday + timedelta(days=step * n) for n in range(days // step + 1)]
        return [(day, f"{day:%d %b}") for day in found if (last - day).days > days / 40]
    every = max(1, math.ceil(days / 30.4 / 12))
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if (year * 12 + month - first.year * 12 - 1) % every == 0
    ]
    return [
        (day, f"{day:%b %Y}" if day.month == 1 or not place else f"{day:%b}")
        for place, day in enumerate(
            one for one in months if first <= one and (last - one).days > days / 40
        )
    ]
