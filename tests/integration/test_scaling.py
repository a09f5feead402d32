"""Scales and components in SQL equal scikit-learn's on every feature and row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from feature_world import (
    EARLIER,
    KINDS,
    LATEST,
    NEXT,
    features_of,
    numbers_of_customer_features,
    rules_of,
    save_world,
)
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from warehouse import BuildError, ResidentDbt

from habitue.clustering import read_customers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline
    from warehouse import Warehouse

CUSTOMERS = 1500
SAMPLE = 1000
SCALERS = {"z_score": StandardScaler, "min_max": MinMaxScaler, "robust": RobustScaler}
SCALING = (
    *("int_feature_fills__measured", "int_features__filled"),
    *("int_feature_scales__measured", "feature_scalers", "int_features__transformed"),
    *("int_scalers__widened", "int_segment_scalers__selected"),
)
COMPONENTS = (
    *("int_features__sampled", "int_features__standardised"),
    *("int_features__standardised_sample", "int_features__fingerprinted"),
    *("feature_components", "int_components__widened", "int_components__measured"),
    *("int_engagement__scored", "customer_engagement", "feature_loadings"),
)


ORDERED = (
    "(select number, cast(md5('customer' || number) as uuid) as customer_id "
    f"from range({CUSTOMERS}) as numbers (number)) as generated"
)


class World:
    """A warehouse with generated features, and dbt to scale them."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.types = numbers_of_customer_features()
        self.rules = rules_of(list(self.types))
        # The setting says otherwise than the lookup for every third feature.
        other = {"log1p": "none", "none": "log1p"}
        self.transforms = {
            rule.feature: rule.transform if rule.Index % 3 else other[rule.transform]
            for rule in self.rules.itertuples()
        }
        self.tables = {
            EARLIER: self.features(seed=1),
            LATEST: self.features(seed=2),
        }
        self.variables = {
            "segment_features": self.transforms,
            "segment_sample_size": SAMPLE,
            "engagement_weights": {next(iter(self.types)): {"weight": 1, "full_at": 9}},
        }
        self.dbt = ResidentDbt(warehouse.folder / "dbt", dict(self.variables))
        self.save()

    def features(self, *, seed: int) -> pd.DataFrame:
        return features_of(self.rules, self.types, customers=CUSTOMERS, seed=seed)

    def save(self, *, latest: str = LATEST) -> None:
        save_world(self.warehouse, self.tables, self.rules, self.types, latest=latest)

    def run(self, *models: str, **variables: Any) -> None:
        """Build these models; vars given hold for this run alone."""
        self.dbt.variables = self.variables | variables
        self.dbt.command(self.warehouse, "run", "--select", *models)

    def compile(self, model: str, **variables: Any) -> None:
        self.dbt.variables = self.variables | variables
        self.dbt.command(self.warehouse, "compile", "--select", model)

    def read(self, sql: str) -> pd.DataFrame:
        with duckdb.connect(str(self.warehouse.database), read_only=True) as connection:
            return connection.execute(sql).df()

    def standardised(self, table: str) -> pd.DataFrame:
        """What SQL made of the latest features, in the order they were generated."""
        return self.read(
            f"select scaled.* from {ORDERED} "
            f"inner join intermediate.{table} as scaled "
            "on cast(scaled.customer_id as uuid) = generated.customer_id "
            "order by number"
        )

    def scaled(self) -> pd.DataFrame:
        """What fits are made of, in the order the features were generated."""
        features = self.read(
            f"select features.* exclude (as_of_date) from {ORDERED} "
            "inner join marts.customer_features as features using (customer_id) "
            f"where as_of_date = '{LATEST}' order by number"
        )
        numbered = (
            features[list(self.types)]
            .astype("float64")
            .assign(customer_id=[f"{number:06}" for number in range(len(features))])
        )
        customers = read_customers(
            numbered,
            self.read("select * from intermediate.int_segment_scalers__selected"),
        )
        return pd.DataFrame(customers.scaled, columns=list(customers.names))


@pytest.fixture(scope="module")
def world(new_warehouse: Callable[[str], Warehouse]) -> World:
    made = World(new_warehouse("features"))
    made.run(*SCALING, *COMPONENTS)
    return made


def pipeline_of(
    fill: str, transform: str, method: str, values: NDArray[np.float64], limits: Any
) -> Pipeline:
    """The same with scikit-learn; a maximum is a constant that is known beforehand."""
    strategies: dict[str, dict[str, Any]] = {
        "median": {"strategy": "median"},
        "maximum": {
            "strategy": "constant",
            "fill_value": np.nanmax([*values, -np.inf]),
        },
        "zero": {"strategy": "constant", "fill_value": 0.0},
        "never": {"strategy": "constant", "fill_value": np.nan},
    }
    settings = strategies[fill]
    if np.isnan(values).all():
        settings = {"strategy": "constant", "fill_value": 0.0}
    imputer = SimpleImputer(keep_empty_features=True, **settings)
    logged = FunctionTransformer(
        (lambda x: np.log1p(np.maximum(x, 0))) if transform == "log1p" else None
    )
    clip = FunctionTransformer(lambda x: np.clip(x, *np.quantile(x, limits)))
    return make_pipeline(imputer, logged, clip, SCALERS[method]())


def scaled_by_scikit_learn(
    world: World, method: str, limits: tuple[float, float] = (0.01, 0.99)
) -> pd.DataFrame:
    scaled = {}
    for rule in world.rules.itertuples():
        values = world.tables[LATEST][rule.feature].to_numpy()
        pipeline = pipeline_of(
            rule.fill, world.transforms[rule.feature], method, values, limits
        )
        scaled[rule.feature] = pipeline.fit_transform(values[:, None])[:, 0]
    return pd.DataFrame(scaled)


@pytest.mark.parametrize("method", SCALERS)
def test_every_feature_of_every_customer_is_scaled_as_by_scikit_learn(
    world: World, method: str
) -> None:
    world.run("int_segment_scalers__selected", segment_scaling=method)
    theirs = scaled_by_scikit_learn(world, method)
    ours = world.scaled()
    assert len(ours) == CUSTOMERS
    np.testing.assert_allclose(ours[theirs.columns], theirs, atol=1e-12, rtol=0)
    kinds = world.rules.set_index("feature")["kind"]
    assert set(kinds) == set(KINDS)
    assert (theirs.std() > 0).sum() > 10
    assert (ours[kinds.index[kinds.isin(["constant", "unknown"])]].std() == 0).any()


def test_nothing_is_clipped_where_the_limits_are_the_ends(world: World) -> None:
    try:
        world.run(*SCALING, winsor_lower=0, winsor_upper=1)
        theirs = scaled_by_scikit_learn(world, "z_score", limits=(0, 1))
        ours = world.scaled()
        np.testing.assert_allclose(ours[theirs.columns], theirs, atol=1e-12, rtol=0)
    finally:
        world.run(*SCALING)


def test_a_scaler_tells_what_was_missing_and_what_stands_in(world: World) -> None:
    scalers = world.read(
        f"select * from models.feature_scalers where as_of_date = '{LATEST}' "
        "and method = 'robust'"
    ).set_index("feature")
    assert len(scalers) == len(world.types)
    for rule in world.rules.itertuples():
        values = world.tables[LATEST][rule.feature]
        scaler = scalers.loc[rule.feature]
        expected = {
            "zero": 0.0,
            "median": values.median(),
            "maximum": values.max(),
            "never": np.nan,
        }[rule.fill]
        assert scaler["missing_count"] == values.isna().sum()
        np.testing.assert_equal(
            scaler["fill"], 0.0 if values.isna().all() else expected
        )
        assert scaler["transform"] == world.transforms[rule.feature]


def test_the_lookup_decides_where_the_setting_says_nothing(world: World) -> None:
    feature = next(iter(world.types))
    others = {
        name: value for name, value in world.transforms.items() if name != feature
    }
    [looked_up] = world.rules.loc[world.rules["feature"] == feature, "transform"]
    assert looked_up != world.transforms[feature]
    fills = "intermediate.int_feature_fills__measured"
    try:
        world.run("int_feature_fills__measured", segment_features=others)
        found = world.warehouse.value(f"select {feature}_transform from {fills}")
        assert found == looked_up
    finally:
        world.run("int_feature_fills__measured")


# Components


def test_the_index_is_the_transform_of_scikit_learn_on_every_row(world: World) -> None:
    names = list(world.types)
    everybody = world.standardised("int_features__standardised")
    sample = world.standardised("int_features__standardised_sample")
    assert (len(everybody), len(sample)) == (CUSTOMERS, SAMPLE)
    order = sample["customer_id"].astype(str).argsort()
    theirs = PCA(svd_solver="full").fit(sample[names].to_numpy()[order])
    signs = np.sign(theirs.components_[:2].sum(axis=1))
    expected = theirs.transform(everybody[names].to_numpy())[:, :2] * signs

    engagement = world.read(
        f"select * from marts.customer_engagement where as_of_date = '{LATEST}'"
    ).set_index("customer_id")
    ours = engagement.loc[everybody["customer_id"]]
    np.testing.assert_allclose(
        ours[["composite_index", "second_component"]], expected, atol=1e-12, rtol=0
    )
    below = [(expected[:, 0] < score).sum() for score in expected[:, 0]]
    np.testing.assert_allclose(
        ours["composite_percentile"], 100 * np.array(below) / (CUSTOMERS - 1)
    )

    loadings = world.read(
        "select * from marts.feature_loadings where component <= 2"
    ).pivot(index="component", columns="feature", values="loading")[names]
    varies = everybody[names].std().to_numpy() > 0
    np.testing.assert_allclose(
        loadings.to_numpy()[:, varies],
        (theirs.components_[:2] * signs[:, None])[:, varies],
        atol=1e-12,
    )
    assert loadings.loc[:, ~varies].isna().all(axis=None)


def test_earlier_dates_have_a_score_and_no_index(world: World) -> None:
    rows = world.read(
        "select as_of_date, count(*) as n, count(engagement_score) as scores, "
        "count(composite_index) as indices from marts.customer_engagement "
        "group by 1 order by 1"
    )
    assert rows[["n", "scores", "indices"]].to_numpy().tolist() == [
        [CUSTOMERS, CUSTOMERS, 0],
        [CUSTOMERS, CUSTOMERS, CUSTOMERS],
    ]


def test_versions_stay_and_fits_are_made_once(world: World) -> None:
    """Nothing changed: no fit. A value changed: another. The next day: both stay."""
    fits = (
        "select as_of_date, data_fingerprint, fitted_at, count(*) as n "
        "from models.feature_components group by 1, 2, 3 order by 1"
    )
    scalers = f"select * from models.feature_scalers where as_of_date = '{LATEST}'"
    first = world.read(fits)
    world.run(*SCALING, *COMPONENTS)
    pd.testing.assert_frame_equal(world.read(fits), first)

    feature = world.rules.loc[world.rules["kind"] == "heavy", "feature"].iloc[0]
    original = world.tables[LATEST]
    changed = original.copy()
    changed.loc[changed[feature].first_valid_index(), feature] += 5
    world.tables[LATEST] = changed
    world.save()
    world.run(*SCALING, *COMPONENTS)
    second = world.read(fits)
    assert len(second) == 1
    assert second["n"].tolist() == first["n"].tolist()
    assert second["data_fingerprint"][0] != first["data_fingerprint"][0]

    before = world.read(f"{scalers} order by feature, method")
    world.tables[NEXT] = world.features(seed=3)
    world.save(latest=NEXT)
    world.run(*SCALING, *COMPONENTS)
    after = world.read(f"{scalers} order by feature, method")
    pd.testing.assert_frame_equal(after, before)
    third = world.read(fits)
    pd.testing.assert_frame_equal(third.iloc[:1], second)
    assert third["as_of_date"].dt.strftime("%Y-%m-%d").tolist() == [LATEST, NEXT]
    assert (
        world.warehouse.value(
            "select count(distinct (as_of_date, method)) from models.feature_scalers"
        )
        == 6
    )

    world.tables = {EARLIER: world.tables[EARLIER], LATEST: original}
    world.save()


def test_too_few_customers_have_scores_and_no_index(
    new_warehouse: Callable[[str], Warehouse],
) -> None:
    few = World(new_warehouse("few"))
    few.tables = {LATEST: few.tables[LATEST].head(20)}
    few.save()
    few.run(*SCALING, *COMPONENTS)
    assert few.warehouse.query(
        "select distinct component, status, loading from marts.feature_loadings"
    ) == [(1, "not fitted: too few customers", None)]
    assert few.warehouse.query(
        "select count(engagement_score), count(composite_index), "
        "count(composite_percentile) from marts.customer_engagement"
    ) == [(20, 0, 0)]


def test_limits_apart_by_rounding_are_no_variation(
    new_warehouse: Callable[[str], Warehouse],
) -> None:
    few = World(new_warehouse("few"))
    feature = next(name for name, kind in few.types.items() if kind.startswith("do"))
    table = few.tables[LATEST].head(20).copy()
    # Of which DuckDB interpolates an upper quantile below the lower one.
    table[feature] = 0.24091434768894318
    few.tables = {LATEST: table}
    few.save()
    few.run(*SCALING)
    assert few.warehouse.query(
        "select distinct upper - lower, scale from models.feature_scalers "
        f"where feature = '{feature}'"
    ) == [(0, 0)]


# Settings


@pytest.mark.parametrize(
    ("model", "setting", "words"),
    [
        (
            "int_segment_scalers__selected",
            {"segment_scaling": "zscore"},
            ["segment_scaling is zscore", "z_score, min_max, robust"],
        ),
        (
            "int_feature_scales__measured",
            {"winsor_lower": 0.6},
            ["winsor_lower is 0.6", "below 0.5"],
        ),
        (
            "int_feature_scales__measured",
            {"winsor_upper": 99},
            ["winsor_upper is 99", "to 1"],
        ),
        (
            "int_feature_fills__measured",
            {"segment_features": {"shoe_size": "none"}},
            ["segment_features names shoe_size", "no number of customer_features"],
        ),
        (
            "int_features__transformed",
            {"segment_features": {"order_count": "square"}},
            ["must be log1p or none", "square"],
        ),
    ],
)
def test_scaling_that_means_nothing_is_refused(
    world: World, model: str, setting: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(BuildError) as refused:
        world.compile(model, **setting)
    for part in words:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({}, "names no feature"),
        ([1], "names no feature"),
        ({"shoe_size": {"weight": 1, "full_at": 9}}, "names shoe_size"),
        ({"order_count": 3}, "give it a weight"),
        ({"order_count": {"full_at": 9}}, "give it a weight"),
        ({"order_count": {"weight": 0, "full_at": 9}}, "weight must be a number above"),
        ({"order_count": {"weight": "3", "full_at": 9}}, "weight must be a number"),
        ({"order_count": {"weight": True, "full_at": 9}}, "weight must be a number"),
        (
            {"order_count": {"weight": 1, "full_at": 0}},
            "full_at must be a number above",
        ),
        ({"order_count": {"weight": 1, "none_at": -1}}, "none_at must be a number"),
        ({"order_count": {"weight": 1}}, "say full_at"),
        ({"order_count": {"weight": 1, "full_at": 9, "none_at": 9}}, "must differ"),
        ({"order_count": {"weight": 1, "fullat": 9}}, "it can have weight, full_at"),
        (
            {"order_count": {"weight": 1, "full_at": 9, "needs": "luck"}},
            "it can need clickstream and nothing else",
        ),
    ],
)
def test_weights_that_mean_nothing_are_refused(
    world: World, weights: Any, words: str
) -> None:
    with pytest.raises(BuildError, match=words):
        world.compile("int_engagement__scored", engagement_weights=weights)


def test_a_score_of_what_is_not_read_is_refused(world: World) -> None:
    sessions = {"session_count_90": {"weight": 1, "full_at": 9, "needs": "clickstream"}}
    with pytest.raises(BuildError, match="none is read"):
        world.compile(
            "int_engagement__scored", engagement_weights=sessions, sources=["shop"]
        )
