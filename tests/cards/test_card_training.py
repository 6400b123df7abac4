"""The weights that are shipped are those that `simulation.training` fits, on cards that no test ever sees.

They are made again by `svops card print --out CARD_DIR` and `OPENBLAS_NUM_THREADS=1 python -m
services.grading.paper.cards.simulation.training CARD_DIR`: half an hour of one core, so not here.
"""

from services.grading.paper.cards import shapes
from services.grading.paper.cards.simulation import training
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
