"""Which state follows which, drawn on a ring."""

from itertools import product

import numpy as np
import pytest
from pictures import Picture, is_inside, overlaps

from habitue.drawing import draw_transition_graph
from habitue.journey_marts import Transition

TRANSITIONS = [
    Transition("(start)", "home", 10, 10, 9, 1.0),
    Transition("home", "home", 5, 15, 4, 1 / 3),
    Transition("home", "cart <&>", 6, 15, 5, 0.4),
    Transition("home", "(dropped)", 4, 15, 4, 4 / 15),
    Transition("cart <&>", "(conversion)", 6, 6, 5, 1.0),
]


def drawn(transitions, *, states=12, arrows=36):
    return Picture(
        draw_transition_graph(
            transitions, states=states, arrows=arrows, title="Title", subtitle="Sub"
        )
    )


def random_transitions(seed):
    rng = np.random.default_rng(seed)
    states = [
        f"state {'x' * int(rng.integers(20))}{n}" for n in range(rng.integers(1, 20))
    ]
    found = []
    for state in ["(start)", *states]:
        following = [*states, "(conversion)", "(dropped)"]
        counts = rng.integers(0, 500, len(following)) * (
            rng.random(len(following)) < 0.5
        )
        counts[-1] += 1
        found += [
            Transition(state, other, int(n), int(counts.sum()), 1, n / counts.sum())
            for other, n in zip(following, counts, strict=True)
            if n
        ]
    return found


def test_circles_and_arrows_tell_their_numbers():
    picture = drawn(TRANSITIONS)
    assert {"home", "cart <&>", "(start)", "(conversion)", "15"} <= set(picture.texts())
    said = picture.said()
    assert "home: 15 times" in said
    assert "home → home: 33.3%, 5 times" in said
    assert "cart <&> → (conversion): 100.0%, 6 times" in said
    assert {"40%", "33%", "27%"} <= set(picture.texts())
    assert "5 of 5 arrows are drawn." in " ".join(picture.texts())


def test_rare_states_are_one_and_keep_their_counts():
    many = [
        *TRANSITIONS,
        *(Transition("home", f"rare {n}", 1, 15, 1, 1 / 15) for n in range(3)),
        *(Transition(f"rare {n}", "(dropped)", 1, 1, 1, 1.0) for n in range(3)),
    ]
    said = drawn(many, states=2).said()
    assert "(other): 3 times" in said
    assert "(other) → (dropped): 100.0%, 3 times" in said
    assert not any("rare" in words for words in said)


def test_few_arrows_still_lead_into_and_out_of_every_state():
    transitions = random_transitions(5)
    said = [
        words.split(": ")[0].split(" → ")
        for words in drawn(transitions, states=30, arrows=1).said()
        if "→" in words
    ]
    states = {one.state for one in transitions} | {
        one.next_state for one in transitions
    }
    assert {left for left, _ in said} == states - {"(conversion)", "(dropped)"}
    assert states - {right for _, right in said} <= {"(start)", "(conversion)"} | {
        state
        for state in states
        if not any(
            one.next_state == state and one.state != state for one in transitions
        )
    }


@pytest.mark.parametrize(("seed", "states"), [*product(range(12), (5, 12, 30))])
def test_nothing_overlaps_and_all_is_inside_the_picture(seed, states):
    picture = drawn(random_transitions(seed), states=states)
    labels = [
        picture.box(element)
        for element in picture.all("text")
        if "halo" not in element.get("class", "")
    ]
    assert not overlaps(labels)
    assert not overlaps(picture.circles())
    assert not [
        (label, circle)
        for label, circle in product(labels, picture.circles())
        if label.meets(circle)
    ]
    assert all(is_inside(box, picture.page) for box in [*labels, *picture.circles()])


def test_the_same_transitions_give_the_same_picture_in_any_order():
    transitions = random_transitions(3)
    one, other = (
        draw_transition_graph(told, states=12, arrows=36, title="Title", subtitle="Sub")
        for told in (transitions, transitions[::-1])
    )
    assert one == other


def test_a_journey_that_only_starts_and_ends_can_be_drawn():
    picture = drawn([Transition("(start)", "(conversion)", 3, 3, 3, 1.0)])
    assert len(picture.circles()) == 2
