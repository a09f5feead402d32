"""Names come from the rules, once each, and every segment gets one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from centroid_tables import NO_RULES, centroid_rows, own, rules

from habitue.clustering import CentroidError, OwnNameError, RuleError, name_segments
from habitue.clustering.telling import format_number


def names(table):
    return table.set_index("segment_id")["segment_name"].to_dict()


def test_a_rule_names_the_clearest_match_and_only_that():
    centroids = centroid_rows([[0.9, 0], [1.5, 0], [-2.4, 0]])

    named = names(name_segments(centroids, rules("1,Loyal,orders,0.5,,sd")))

    assert named == {1: "High orders", 2: "Loyal", 3: "Low orders"}


def test_a_lower_priority_number_names_first():
    centroids = centroid_rows([[1.0, 1.0], [-1.0, -1.0]])
    both = "2,Loyal,orders,0,,sd\n1,Churn risk,recency,0,,sd"

    assert names(name_segments(centroids, rules(both)))[1] == "Churn risk"


def test_within_a_priority_the_clearest_match_is_named_first():
    centroids = centroid_rows([[1.0, 0.4], [0.8, 1.2], [-1.8, -1.6]])
    both = "1,Loyal,orders,0,,sd\n1,Late,recency,0,,sd"

    named = names(name_segments(centroids, rules(both)))

    # Margins: Late-2 1.2, Loyal-1 1.0, Loyal-2 .8, Late-1 .4.
    assert (named[1], named[2]) == ("Loyal", "Late")


def test_all_conditions_must_hold_and_the_closest_limit_is_the_margin():
    centroids = centroid_rows([[2.0, 0.1], [1.0, 0.9], [-3.0, -1.0]])
    both = "1,Loyal,orders,0,,sd\n1,Loyal,recency,0,,sd"

    # Smallest slacks: .1 for the first, .9 for the second.
    assert names(name_segments(centroids, rules(both)))[2] == "Loyal"


def test_limits_are_included():
    centroids = centroid_rows([[1.0], [-1.0]])

    named = names(name_segments(centroids, rules("1,Loyal,orders,1,1,sd")))

    assert named[1] == "Loyal"


def test_a_name_may_have_a_second_chance_at_a_later_priority():
    centroids = centroid_rows([[1.0, 0], [-1.0, 0]])
    twice = "1,Loyal,recency,1,,sd\n2,Loyal,orders,0.5,,sd"

    assert names(name_segments(centroids, rules(twice)))[1] == "Loyal"


def test_a_feature_the_model_lacks_fails_the_rule():
    centroids = centroid_rows([[1.0], [-1.0]])
    absent = "1,Loyal,orders,0,,sd\n1,Loyal,calls,,9,sd"

    assert names(name_segments(centroids, rules(absent)))[1] == "High orders"


def test_natural_limits_compare_natural_values():
    # Natural: 10 + 4 x scaled = 14 and 6.
    centroids = centroid_rows([[1.0], [-1.0]], centre=10.0, scale=4.0)
    text = "1,Many,orders,13,15,natural\n2,Few,orders,,6,natural"

    assert names(name_segments(centroids, rules(text))) == {1: "Many", 2: "Few"}


def test_natural_and_scaled_margins_compare():
    # Natural slack 10 is 1 sd (scale 10); the other rule's slack is 1.5 sd.
    centroids = centroid_rows([[2.0, 1.5], [-2.0, -1.5]], scale=10.0)
    both = "1,By orders,orders,10,,natural\n1,By recency,recency,0,,sd"

    assert names(name_segments(centroids, rules(both)))[1] == "By recency"


def test_scaled_limits_count_from_the_mean_of_all_customers():
    # Min-max scaling: nobody is below 0, the mean is .9 * .2 + .1 * .7 = .25.
    centroids = centroid_rows([[0.2], [0.7]], shares=[0.9, 0.1])
    text = "1,Above,orders,0.44,,sd\n2,Below,orders,,-0.04,sd"

    assert names(name_segments(centroids, rules(text))) == {1: "Below", 2: "Above"}


def test_a_constant_feature_is_zero_for_everyone():
    centroids = centroid_rows([[1.0, 0.0], [-1.0, 0.0]])
    text = "1,Browsers,recency,0.2,,sd\n2,Buyers,orders,0.5,,sd"

    assert names(name_segments(centroids, rules(text)))[1] == "Buyers"


def test_descriptive_names_are_unique_and_read_the_labels():
    centroids = centroid_rows([[2.0, 1.0], [2.0, -1.0], [-4.0, 0.0]])
    labels = pd.DataFrame({"feature": ["orders"], "label": ["product views"]})

    named = names(name_segments(centroids, NO_RULES, labels=labels))

    assert named == {
        1: "High product views",
        2: "High product views, low recency",
        3: "Low product views",
    }


def test_segments_nothing_tells_apart_are_numbered():
    named = names(name_segments(centroid_rows([[0.0], [0.05], [-0.05]]), NO_RULES))

    assert list(named.values()) == [
        "Average customers",
        "Average customers 2",
        "Average customers 3",
    ]


def test_a_description_never_repeats_a_rule_name():
    centroids = centroid_rows([[2.0], [1.0], [-3.0]])

    named = names(name_segments(centroids, rules("1,High orders,orders,1.5,,sd")))

    assert named == {1: "High orders", 2: "High orders 2", 3: "Low orders"}


def test_one_segment_is_everyone():
    table = name_segments(centroid_rows([[0.0, 0.0]]), rules("1,Loyal,orders,0,,sd"))

    assert table.loc[0, "segment_name"] == "Everyone"
    assert table.loc[0, "telling_features"] == "no feature stands out"
    assert table[["first_feature", "third_feature"]].isna().all(axis=None)


def test_the_telling_features_are_phrases_in_natural_units():
    # Overall 0 scaled: natural 1.4; the first segment 1.4 + 2.4 * 2 = 6.2.
    centroids = centroid_rows(
        [[2.0, 0.02, -0.5], [-2.0, -0.02, 0.5]], centre=1.4, scale=2.4
    )

    row = name_segments(centroids, NO_RULES).iloc[0]

    assert row["first_feature"] == "orders high (6.2 vs 1.4)"
    assert row["second_feature"] == "views low (0.2 vs 1.4)"
    assert pd.isna(row["third_feature"])
    assert row["telling_features"] == (
        "orders high (6.2 vs 1.4); views low (0.2 vs 1.4)"
    )


def test_the_overall_value_is_taken_in_scaled_space_and_brought_back():
    # Logged: overall .75 * 1 + .25 * 3 = 1.5, and exp(1.5) - 1 = 3.4817.
    centroids = centroid_rows([[1.0], [3.0]], shares=[0.75, 0.25], transform="log1p")
    centroids["natural_value"] = np.expm1(centroids["scaled_value"])

    table = name_segments(centroids, NO_RULES)

    assert table.loc[1, "first_feature"] == "orders high (19 vs 3.5)"


def test_every_version_is_named_on_its_own():
    both = pd.concat(
        [centroid_rows([[1.0], [-1.0]]), centroid_rows([[-1.0], [1.0]], version=2)]
    )

    table = name_segments(both, rules("1,Loyal,orders,0.5,,sd"))

    assert table["model_version"].tolist() == [1, 1, 2, 2]
    assert table["segment_name"].tolist() == [
        "Loyal",
        "Low orders",
        "Low orders",
        "Loyal",
    ]


def test_an_own_name_beats_the_rules_in_every_version():
    both = pd.concat(
        [centroid_rows([[1.0], [-1.0]]), centroid_rows([[-1.0], [1.0]], version=2)]
    )

    table = name_segments(
        both, rules("1,Loyal,orders,0.5,,sd"), own_names=own({1: " VIP "})
    )

    assert table["segment_name"].tolist() == ["VIP", "Low orders", "VIP", "Loyal"]


@pytest.mark.parametrize("name", ["Loyal", " loyal ", "LOYAL"])
def test_no_rule_gives_what_is_somebodys_own_name(name):
    centroids = centroid_rows([[1.0], [-1.0]])

    named = names(
        name_segments(
            centroids, rules("1,Loyal,orders,0.5,,sd"), own_names=own({2: name})
        )
    )

    assert named == {1: "High orders", 2: name.strip()}


def test_no_description_repeats_an_own_name_of_any_version():
    both = pd.concat(
        [
            centroid_rows([[1.0], [-2.0], [1.0]]),
            centroid_rows([[1.0], [-1.0]], version=2),
        ]
    )

    table = name_segments(both, NO_RULES, own_names=own({3: "high orders"}))

    # The third is gone in version 2, and still nobody else is called as it was.
    assert table["segment_name"].tolist() == [
        "High orders 2",
        "Low orders",
        "high orders",
        "High orders 2",
        "Low orders",
    ]


def test_a_single_segment_may_have_an_own_name_and_never_that_of_another():
    two, one = centroid_rows([[1.0], [-1.0]]), centroid_rows([[0.0]], version=2)
    both = pd.concat([two, one])

    def name_of_the_single(given):
        return name_segments(both, NO_RULES, own_names=own(given))["segment_name"][2]

    assert name_of_the_single({1: "Club"}) == "Club"
    assert name_of_the_single({2: "everyone"}) == "Everyone 2"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({1: "VIP", 2: " vip"}, "1 and 2 are both called"),
        ({1: "  "}, "segment 1 has an empty name"),
        ({1: None}, "segment 1 has an empty name"),
        ({7: "VIP"}, r"no version ever had a segment 7: use one of \[1, 2\]"),
        ({1.5: "VIP"}, "1.5 is no segment_id"),
        ({None: "VIP"}, "no segment_id"),
    ],
)
def test_an_own_name_that_cannot_stand_is_refused(given, message):
    with pytest.raises(OwnNameError, match=message):
        name_segments(centroid_rows([[1.0], [-1.0]]), NO_RULES, own_names=own(given))


def test_two_own_names_for_one_segment_are_refused():
    twice = pd.DataFrame({"segment_id": [1, 1], "segment_name": ["VIP", "Club"]})
    with pytest.raises(OwnNameError, match="comes twice"):
        name_segments(centroid_rows([[1.0], [-1.0]]), NO_RULES, own_names=twice)
    with pytest.raises(OwnNameError, match="segment_name"):
        name_segments(centroid_rows([[1.0]]), NO_RULES, own_names=twice[["segment_id"]])


def test_own_names_wait_until_there_is_a_model():
    none = centroid_rows([[1.0]]).iloc[:0]

    assert name_segments(none, NO_RULES, own_names=own({1: "VIP"})).empty


def test_no_own_names_change_nothing():
    centroids = centroid_rows([[1.0], [-1.0]])
    text = rules("1,Loyal,orders,0.5,,sd")

    pd.testing.assert_frame_equal(
        name_segments(centroids, text, own_names=own({})),
        name_segments(centroids, text),
    )


def versions(*scaled):
    """Centroids of several versions, segment ids by position."""
    return pd.concat(
        [centroid_rows(one, version=number) for number, one in enumerate(scaled, 1)]
    )


def names_by_version(table):
    return [
        group["segment_name"].tolist() for _, group in table.groupby("model_version")
    ]


def test_a_name_stays_while_its_rule_still_matches():
    # The second is clearer in version 2, where the first no longer matches it is free.
    both = versions(
        [[1.5], [0.6], [-2.1]], [[0.7], [1.6], [-2.3]], [[0.4], [1.6], [-2.0]]
    )

    table = name_segments(both, rules("1,Loyal,orders,0.5,,sd"))

    assert names_by_version(table) == [
        ["Loyal", "High orders", "Low orders"],
        ["Loyal", "High orders", "Low orders"],
        ["High orders", "Loyal", "Low orders"],
    ]


def test_a_name_stays_though_a_rule_before_it_matches_too():
    both = versions([[0.7], [-0.7]], [[1.7], [-1.7]])
    text = rules("1,Power users,orders,1.5,,sd\n2,Loyal,orders,0.5,,sd")

    assert names_by_version(name_segments(both, text))[1][0] == "Loyal"


def test_a_new_segment_does_not_take_the_name_of_one_that_stays():
    first = centroid_rows([[1.0], [-1.0]])
    second = centroid_rows([[0.6], [-2.6], [2.0]], version=2)

    table = name_segments(pd.concat([first, second]), rules("1,Loyal,orders,0.5,,sd"))

    assert names_by_version(table)[1] == ["Loyal", "Low orders", "High orders"]


def test_a_model_that_was_not_adopted_leaves_no_name_behind():
    both = versions(
        [[1.5], [0.6], [-2.1]], [[0.4], [1.6], [-2.0]], [[0.8], [1.6], [-2.4]]
    )
    both["is_adopted"] = both["model_version"] != 2

    table = name_segments(both, rules("1,Loyal,orders,0.5,,sd"))

    assert [one[0] for one in names_by_version(table)] == [
        "Loyal",
        "High orders",
        "Loyal",
    ]


def test_a_description_stays_while_it_holds_and_no_rule_names_the_segment():
    both = versions(
        [[1.0, 0.5], [-1.0, -0.5]], [[0.9, 1.1], [-0.9, -1.1]], [[0.0, 1.1], [0, -1.1]]
    )

    assert names_by_version(name_segments(both, NO_RULES)) == [
        ["High orders", "Low orders"],
        ["High orders", "Low orders"],
        ["High recency", "Low recency"],
    ]
    named = name_segments(both, rules("1,Late,recency,1,,sd"))
    assert names_by_version(named)[1:] == [
        ["Late", "Low orders"],
        ["Late", "Low recency"],
    ]


def test_everyone_is_no_name_to_keep():
    both = versions([[0.0]], [[1.0], [-1.0]])

    assert names_by_version(name_segments(both, NO_RULES))[1] == [
        "High orders",
        "Low orders",
    ]


def test_the_order_of_rows_does_not_matter():
    centroids = centroid_rows([[0.9, 0.5], [0.9, 0.5], [-1.8, -1]])
    table = rules("1,Loyal,orders,0.5,,sd\n1,Late,recency,0.1,,sd")

    expected = name_segments(centroids, table)
    shuffled = name_segments(
        centroids.sort_values("segment_id", ascending=False), table.iloc[::-1]
    )

    pd.testing.assert_frame_equal(shuffled, expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,Loyal,orders,,,sd", "no limit"),
        ("1,Loyal,orders,2,1,sd", "minimum exceeds"),
        ("1,Loyal,orders,1,,percent", "unit"),
        ("1,,orders,1,,sd", "segment_name"),
        ("1,Loyal,orders,many,,sd", "not a number"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(text, message):
    with pytest.raises(RuleError, match=message):
        name_segments(centroid_rows([[1.0], [-1.0]]), rules(text))


def test_missing_columns_are_named():
    centroids = centroid_rows([[1.0], [-1.0]])
    with pytest.raises(RuleError, match="unit"):
        name_segments(centroids, NO_RULES.drop(columns="unit"))
    with pytest.raises(CentroidError, match="model_version"):
        name_segments(centroids.drop(columns="model_version"), NO_RULES)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.4, "1,234"),
        (56.0, "56"),
        (6.24, "6.2"),
        (9.97, "10"),
        (0.0312, "0.031"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (-1e-12, "0"),
    ],
)
def test_numbers_are_short(value, text):
    assert format_number(value) == text
