"""Series as rows: statuses, refits, odd data; forecasts and their evidence."""

import numpy as np
import pandas as pd
import pytest

from habitue.trends import (
    FIT_COLUMNS,
    FORECAST_COLUMNS,
    ForecastSettings,
    fit_series_once,
    forecast_series_once,
)
from habitue.trends import candidates as candidates_module
from habitue.trends.backtest import forecast
from habitue.trends.series import Series

SETTINGS = ForecastSettings(["orders"], ["ets", "arima"], horizon_days=14, limit=10)
MONDAY = pd.Timestamp("2024-01-01")


def rows(values, *, metric="orders", segment=None, grain="day", base=None):
    values = np.asarray(values, dtype=float)
    step = "7D" if grain == "week" else "D"
    return pd.DataFrame(
        {
            "series_id": f"{grain} {metric} {segment or 'all'}",
            "grain": grain,
            "metric": metric,
            "segment_id": segment,
            "period_start_date": pd.date_range(MONDAY, periods=len(values), freq=step),
            "value": values,
            "base_count": base,
        }
    )


def counts(count, *, seed=1, level=60):
    week = np.resize([1, 0.9, 0.9, 1, 1.1, 1.3, 0.8], count)
    return np.random.default_rng(seed).poisson(level * week).astype(float)


ODD = {
    "nothing": [],
    "one": [3.0],
    "two": [3.0, 5.0],
    "nulls": [np.nan] * 60,
    "infinite": [np.inf, -np.inf] * 30,
    "some infinite": [*counts(58), np.inf, np.nan],
    "zeros": [0.0] * 60,
    "constant": [4.0] * 60,
    "nearly constant": [4.0] * 59 + [4.0 + 1e-14],
    "one other": [4.0] * 59 + [5.0],
    "huge": (counts(60) * 1e300).tolist(),
    "tiny": (counts(60) * 1e-300).tolist(),
    "negative": (-counts(60)).tolist(),
    "gaps": [value if place % 4 else np.nan for place, value in enumerate(counts(80))],
    "alternating": [0.0, 1.0] * 40,
    "straight": list(range(60)),
    "leap": counts(430).tolist(),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("grain", ["day", "week"])
@pytest.mark.filterwarnings("error")
def test_odd_data_give_a_status_in_words_and_no_traceback(name, grain):
    frame = rows(ODD[name], grain=grain)
    fitted = fit_series_once(frame, previous=None)
    asked = forecast_series_once(frame, previous=None, settings=SETTINGS)
    assert list(fitted.columns) == list(FIT_COLUMNS)
    assert list(asked.columns) == list(FORECAST_COLUMNS)
    if not ODD[name]:
        assert not len(fitted)
        return
    models = fitted[fitted["part"] == "model"]
    assert sorted(models["method"]) == ["anomalies", "changes", "decomposition"]
    assert models["status"].str.len().min() > 3
    assert (asked["part"] == "model").sum() == 1
    numbers = asked[["expected", "low_95", "high_95"]].to_numpy()
    assert not np.isinf(numbers).any()


def test_no_rows_at_all_give_tables_with_all_columns():
    empty = rows([1.0]).iloc[:0]
    assert fit_series_once(empty, previous=None).dtypes.astype(str).to_dict() == {
        name: pd.Series(dtype=kind).dtype.name for name, kind in FIT_COLUMNS.items()
    }
    assert not len(forecast_series_once(empty, previous=None, settings=SETTINGS))


def test_only_what_changed_is_fitted_again():
    calm, moving = rows(counts(60)), rows(counts(60, seed=2), segment=3)
    frame = pd.concat([calm, moving])
    first = fit_series_once(frame, previous=None)
    asked = forecast_series_once(frame, previous=None, settings=SETTINGS)
    assert not len(
        fit_series_once(frame.sample(frac=1, random_state=1), previous=first)
    )
    assert not len(forecast_series_once(frame, previous=asked, settings=SETTINGS))
    moved = frame.copy()
    moved.loc[(moved["segment_id"] == 3) & (moved.index == 59), "value"] += 1
    assert set(fit_series_once(moved, previous=first)["series_id"]) == {"day orders 3"}
    other = SETTINGS._replace(horizon_days=7)
    again = forecast_series_once(frame, previous=asked, settings=other)
    assert set(again["series_id"]) == {"day orders all", "day orders 3"}


def test_the_same_rows_come_out_twice():
    frame = pd.concat([rows(counts(120)), rows(counts(30), grain="week")])
    for once in (
        lambda: fit_series_once(frame, previous=None),
        lambda: forecast_series_once(frame, previous=None, settings=SETTINGS),
    ):
        pd.testing.assert_frame_equal(once(), once())


def test_a_week_shifts_with_its_days():
    days = counts(420)
    days[210:] *= 1.8
    weeks = days.reshape(-1, 7).sum(axis=1)
    fitted = fit_series_once(
        pd.concat([rows(days), rows(weeks, grain="week")]), previous=None
    )
    changes = fitted[fitted["part"] == "change"].set_index("series_id")
    assert set(changes["period_start_date"]) == {MONDAY + pd.Timedelta(days=210)}
    assert set(changes.index) == {"day orders all", "week orders all"}
    size = changes["level_after"] / changes["level_before"] - 1
    assert size.tolist() == pytest.approx([0.8, 0.8], abs=0.12)


def test_series_beyond_the_limit_are_named_and_large_segments_come_first():
    frame = pd.concat(
        [
            rows(counts(60, level=level), metric=metric, segment=segment)
            for segment, level in ((None, 90), (1, 20), (2, 70))
            for metric in ("orders", "active_customers")
        ]
    )
    asked = forecast_series_once(
        frame, previous=None, settings=SETTINGS._replace(limit=2)
    )
    status = asked[asked["part"] == "model"].set_index("series_id")["status"]
    assert status["day orders all"].startswith("told")
    assert status["day orders 2"].startswith("told")
    assert status["day orders 1"] == (
        "beyond the 2 series that are forecast (forecast_series_limit)"
    )
    assert status["day active_customers all"] == "not asked for (forecast_metrics)"


def series_of(values):
    dates = np.datetime64("2024-01-01") + np.arange(len(values))
    return Series("day", dates, np.asarray(values, dtype=float))


def test_mase_of_the_naive_is_what_a_loop_gives():
    values = counts(200)
    found = forecast(series_of(values), horizon=14, candidates=[])
    [evidence] = found.evidence
    assert evidence.is_chosen
    assert evidence.name == "seasonal_naive"
    # Five to choose on, a fortnight apart from three that are held out.
    held = [186 - 12 * place for place in (2, 1, 0)]
    origins = [held[0] - 14 - 12 * place for place in (4, 3, 2, 1, 0)] + held
    errors = []
    for origin in origins:
        history, later = values[:origin], values[origin : origin + 14]
        unit = np.mean([abs(history[i] - history[i - 7]) for i in range(7, origin)])
        said = [history[origin - 7 + step % 7] for step in range(14)]
        errors.append(np.mean(np.abs(later - said)) / unit)
    assert found.origins == 8
    assert evidence.mase == pytest.approx(np.mean(errors[:5]))
    assert evidence.held_out_mase == pytest.approx(np.mean(errors[5:]))
    # Root scale and back.
    assert found.expected.tolist() == pytest.approx([*values[-7:], *values[-7:]])


def test_what_is_chosen_knows_nothing_of_the_days_that_are_held_out():
    values = counts(200)
    other = values.copy()
    # The first origin that is held out knows 162 days.
    other[162:] = np.random.default_rng(9).permutation(other[162:])
    before, after = (
        forecast(series_of(one), horizon=14, candidates=["ets", "arima"])
        for one in (values, other)
    )
    for one, two in zip(before.evidence, after.evidence, strict=True):
        assert one.mase == pytest.approx(two.mase, rel=1e-9)
        assert one.factors == pytest.approx(two.factors, rel=1e-6)
        assert one.held_out_mase != two.held_out_mase


def test_a_season_and_a_level_are_better_than_the_naive_and_intervals_hold():
    inside, errors = [], []
    for seed in range(6):
        values = counts(260, seed=seed)
        found = forecast(
            series_of(values[:-28]), horizon=28, candidates=["ets", "arima"]
        )
        truth = values[-28:]
        inside.append((truth >= found.low) & (truth <= found.high))
        by_name = {one.name: one for one in found.evidence}
        [chosen] = [one for one in found.evidence if one.is_chosen]
        errors.append(chosen.held_out_mase / by_name["seasonal_naive"].held_out_mase)
    assert np.mean(errors) < 0.85
    coverage = np.mean(np.array(inside), axis=(0, 2))
    assert 0.7 <= coverage[0] <= 0.9
    assert coverage[1] >= 0.9


def test_without_prophet_there_is_a_status_and_no_error(monkeypatch):
    monkeypatch.setattr(candidates_module, "find_spec", lambda _: None)
    found = forecast(series_of(counts(90)), horizon=7, candidates=["prophet"])
    [_, prophet] = found.evidence
    assert prophet.status == "not installed: pip install 'habitue[forecast]'"
    assert not prophet.is_chosen


def test_prophet_is_one_more_candidate_where_it_is_installed():
    pytest.importorskip("prophet")
    found = forecast(series_of(counts(90)), horizon=7, candidates=["prophet"])
    [_, prophet] = found.evidence
    assert prophet.status == "told"
    assert prophet.mase < 1.2
