"""The weights that are shipped are those that `simulation.training` fits, on cards that no test ever sees.

They are made again by `svops card print --out CARD_DIR` and `OPENBLAS_NUM_THREADS=1 python -m
services.grading.paper.cards.simulation.training CARD_DIR`: three quarters of an hour of one core, so not here.
"""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.grading.paper.cards import shapes
from services.grading.paper.cards.simulation import training
from services.grading.paper.cards.simulation.forms import figure
from tests.cards import test_card_independent_scans, test_card_reading

JUDGING_SEEDS = range(1_000_000, 2_000_000)


def test_the_weights_fit_the_network_that_is_trained() -> None:
    sizes = [weights.shape for weights, _ in shapes.network().layers]
    assert [width for _, width in sizes] == [*training.CHANNELS, training.HIDDEN, len(shapes.CLASSES)]
    assert [biases.shape for _, biases in shapes.network().layers] == [(width,) for _, width in sizes]


def test_seeds_of_training_are_apart_from_those_of_tests_and_of_judging() -> None:
    seeds = range(training.FIRST_SEED - 1, training.FIRST_SEED + training.CARDS)
    assert min(seeds) > test_card_independent_scans.FIRST_SEED + test_card_independent_scans.CARDS
    assert min(seeds) > test_card_reading.FIRST_SEED
    assert max(JUDGING_SEEDS) < min(seeds)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_figure_that_stands_for_no_cross_crosses_itself_nowhere(seed: int) -> None:
    strokes = [np.array(stroke) for stroke in figure(np.random.default_rng(seed))]
    lines = [line for stroke in strokes for line in itertools.pairwise(stroke)]
    for (start, end), (other_start, other_end) in itertools.combinations(lines, 2):
        both = np.column_stack([end - start, other_start - other_end])
        if abs(np.linalg.det(both)) > 1e-9:
            meeting = np.linalg.solve(both, other_start - start)
            assert not ((meeting > 1e-6) & (meeting < 1 - 1e-6)).all()


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_not_sure_is_the_same_in_a_mirror(seed: int) -> None:
    side, network = shapes.SIDE, shapes.network()
    seen = np.random.default_rng(seed).normal(0, 0.2, (20, side, side)).astype(np.float32)
    mirrored = seen[..., ::-1]
    first, second = (one.reshape(len(seen), -1) for one in (seen, mirrored))
    is_unsure = (network.shares(first).max(axis=1) < shapes.SURE) & (network.shares(second).max(axis=1) < shapes.SURE)
    assert is_unsure.any()
    looked, looked_mirrored = (network.shares_looking_again(one)[is_unsure] for one in (first, second))
    np.testing.assert_allclose(looked, looked_mirrored, atol=1e-4)
