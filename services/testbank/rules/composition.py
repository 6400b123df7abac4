"""Art. 11, 13(4): how many questions of which area, which of them in which variant, and in which order."""

import random
from collections.abc import Iterator, Mapping, Sequence

from contracts.phrase import Phrase
from contracts.refusals.testbank import NotEnoughQuestions, OutsideBounds, SubVariantsNotPossible
from regulation import Regulation
from services.testbank.rules.items import Item

#: Letters of sub-variants, after the variant's number: ``1А``, ``1Б`` … (Own choice: few enough to tell apart.)
SUB_VARIANT_LETTERS = "АБВГДЕ"
LEAST_SUB_VARIANTS = 2

Blueprint = Mapping[str, int]  #: area code → questions of one variant


def blueprint_violations(blueprint: Blueprint, law: Regulation) -> tuple[Phrase, ...]:
    """What in a composition Art. 11 forbids, in words; empty for a lawful one.

    Source: Art. 10(1), 11. Own choice: the bounds are inclusive whole numbers (reading_01).
    """
    strange = sorted(set(blueprint) - {area.code for area in law.areas})
    found = [Phrase(f"непозната област {code}", f"unknown area {code}") for code in strange]
    for area in law.areas:
        count = blueprint.get(area.code, 0)
        if count < area.min_questions:
            least = area.min_questions
            found.append(
                Phrase(
                    f"т. {area.item}: {count} въпроса при най-малко {least}",
                    f"item {area.item}: {count} questions where at least {least} are needed",
                )
            )
        if count > area.max_questions:
            most = area.max_questions
            found.append(
                Phrase(
                    f"т. {area.item}: {count} въпроса при най-много {most}",
                    f"item {area.item}: {count} questions where at most {most} are allowed",
                )
            )
    total = sum(blueprint.values())
    if total != law.questions:
        found.append(
            Phrase(
                f"общо {total} въпроса вместо {law.questions}", f"{total} questions in all instead of {law.questions}"
            )
        )
    return tuple(found)


def check_blueprint(blueprint: Blueprint, law: Regulation) -> None:
    """Refuse a composition that Art. 11 forbids. Source: Art. 11. Raises ``OutsideBounds``."""
    violations = blueprint_violations(blueprint, law)
    if violations:
        raise OutsideBounds(violations=Phrase.listed(violations, "; "))


def lawful_blueprints(law: Regulation) -> Iterator[dict[str, int]]:
    """Every composition that Art. 11 allows. Source: Art. 10(1), 11."""
    first, second, third = law.areas
    for one in range(first.min_questions, first.max_questions + 1):
        for two in range(second.min_questions, second.max_questions + 1):
            blueprint = {first.code: one, second.code: two, third.code: law.questions - one - two}
            if third.min_questions <= blueprint[third.code] <= third.max_questions:
                yield blueprint


def warnings(blueprint: Blueprint, accepted: Mapping[str, int], study: int, law: Regulation) -> tuple[str, ...]:
    """What is lawful and still worth a second look, as codes: ``empty:<area>``, ``no_choice:<area>``, ``study``.

    Own choice: an area without questions is legal (reading_01); a bank that is used up to the last question leaves
    nothing to choose, so whoever knows the bank knows the test; study questions are known to everybody.
    """
    empty = [f"empty:{area.code}" for area in law.areas if blueprint.get(area.code, 0) == 0]
    no_choice = [
        f"no_choice:{area.code}"
        for area in law.areas
        if 0 < blueprint.get(area.code, 0) * law.variants == accepted.get(area.code, 0)
    ]
    return (*empty, *no_choice, *(["study"] if study else []))


def check_supply(blueprint: Blueprint, accepted: Mapping[str, int], law: Regulation) -> None:
    """Refuse to compose from too few questions; no question stands in two variants.

    Source: Art. 13(4). Own choice: the variants are disjoint, so that one which leaks does not spoil the other.
    Raises ``NotEnoughQuestions``.
    """
    lacking = [
        (area.item, blueprint.get(area.code, 0) * law.variants - accepted.get(area.code, 0)) for area in law.areas
    ]
    missing = [Phrase(f"т. {item} – {count}", f"item {item} – {count}") for item, count in lacking if count > 0]
    if missing:
        raise NotEnoughQuestions(missing=Phrase.listed(missing))


def possible(accepted: Mapping[str, int], law: Regulation) -> int:
    """For how many of the lawful compositions the accepted questions suffice. Source: Art. 11, 13(4)."""
    return sum(
        all(count * law.variants <= accepted.get(area, 0) for area, count in blueprint.items())
        for blueprint in lawful_blueprints(law)
    )


def select(
    items: Sequence[Item], blueprint: Blueprint, law: Regulation, chance: random.Random
) -> tuple[tuple[Item, ...], ...]:
    """The questions of each variant, in the order in which they are numbered; the same question never twice.

    Source: Art. 13(4). Own choice: chosen and ordered by chance alone. Raises ``NotEnoughQuestions``.
    """
    by_area = {code: sorted((item for item in items if item.area == code), key=_identity) for code in blueprint}
    check_supply(blueprint, {code: len(of_area) for code, of_area in by_area.items()}, law)
    drawn = {code: chance.sample(by_area[code], blueprint[code] * law.variants) for code in sorted(blueprint)}
    variants = []
    for place in range(law.variants):
        chosen = [item for code in sorted(blueprint) for item in drawn[code][place :: law.variants]]
        variants.append(tuple(chance.sample(chosen, len(chosen))))
    return tuple(variants)


def _identity(item: Item) -> str:
    """By what questions are put in order before chance works. Own choice: the same bank gives the same start."""
    return item.question_id


def check_sub_variants(count: int) -> None:
    """Refuse a number of sub-variants that cannot be made. Source: Art. 13(4). Raises ``SubVariantsNotPossible``."""
    if not LEAST_SUB_VARIANTS <= count <= len(SUB_VARIANT_LETTERS):
        raise SubVariantsNotPossible(least=LEAST_SUB_VARIANTS, most=len(SUB_VARIANT_LETTERS))


def sub_variant_orders(variant: int, questions: int, count: int, chance: random.Random) -> dict[str, tuple[int, ...]]:
    """Sub-variant code → the question numbers of the variant in the order in which the sub-variant prints them.

    Source: Art. 13(4): the same questions in another order. Own choice: no question has the same printed number in two
    sub-variants, so a neighbour's card is of no use.
    """
    orders: list[tuple[int, ...]] = []
    while len(orders) < count:
        order = tuple(chance.sample(range(1, questions + 1), questions))
        if all(mine != theirs for other in orders for mine, theirs in zip(order, other, strict=True)):
            orders.append(order)
    return {f"{variant}{letter}": order for letter, order in zip(SUB_VARIANT_LETTERS, orders, strict=False)}
