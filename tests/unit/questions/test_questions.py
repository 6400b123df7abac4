"""What the bank of study questions promises to whoever composes a demonstration test from it."""

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

from svops.demonstration.questions import AREAS, LETTERS, StudyQuestion, UnreadableBankError, load, read

ENOUGH = {"internal_audit": 130, "financial_management": 74, "legislation": 50}
PREFIXES = {"internal_audit": "IA", "financial_management": "FM", "legislation": "LE"}
# Letters of both alphabets, digits and the marks of Bulgarian print: DejaVu draws each of them.
PRINTABLE = re.compile(r"[А-ЯЪЬЮЯа-яѝA-Za-z0-9 .,;:?!()„“–\-№%/&]+")
WHOLE = """\
- code: IA-001
  text: Кой?
  options: {А: един, Б: два, В: три, Г: четири}
  correct: Б
  ground: чл. 3 ЗВОПС
  law_as_of: 2026-11-01
  study: true
"""


def normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def of_area(area: str) -> list[StudyQuestion]:
    return [question for question in load() if question.area == area]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "internal_audit.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("area", AREAS)
def test_each_area_has_enough_questions(area: str) -> None:
    assert len(of_area(area)) >= ENOUGH[area]


@pytest.mark.parametrize("area", AREAS)
def test_codes_are_numbered_without_gaps(area: str) -> None:
    codes = [question.code for question in of_area(area)]
    assert codes == [f"{PREFIXES[area]}-{number:03d}" for number in range(1, len(codes) + 1)]


def test_a_question_has_four_different_options_and_one_of_them_is_correct() -> None:
    for question in load():
        assert len({normalised(option) for option in question.options}) == 4, question.code
        assert question.options.count(question.correct_option) == 1, question.code


def test_no_two_questions_have_the_same_text() -> None:
    repeated = [text for text, times in Counter(normalised(q.text) for q in load()).items() if times > 1]
    assert repeated == []


def test_no_two_questions_are_nearly_the_same() -> None:
    def whole(question: StudyQuestion) -> set[str]:
        return set(normalised(" ".join((question.text, *question.options))).split())

    for (one, words), (other, more) in combinations([(q, whole(q)) for q in load()], 2):
        if len(words & more) / len(words | more) > 0.5:
            same = SequenceMatcher(None, one.correct_option, other.correct_option).ratio()
            assert same < 0.7, (one.code, other.code)


@pytest.mark.parametrize("area", AREAS)
def test_each_letter_is_correct_in_a_fifth_to_three_tenths_of_the_questions(area: str) -> None:
    letters = Counter(question.correct for question in of_area(area))
    for letter in LETTERS:
        assert 0.2 <= letters[letter] / letters.total() <= 0.3


@pytest.mark.parametrize("area", AREAS)
def test_no_letter_is_correct_more_than_three_times_running(area: str) -> None:
    letters = "".join(question.correct for question in of_area(area))
    assert not re.search(r"(.)\1{3}", letters)


@pytest.mark.parametrize("area", AREAS)
def test_the_longest_option_is_rarely_the_correct_one(area: str) -> None:
    questions = of_area(area)
    longest = [q for q in questions if len(q.correct_option) == max(map(len, q.options))]
    assert len(longest) / len(questions) < 0.4


def test_no_option_stands_for_the_others() -> None:
    for question in load():
        for option in question.options:
            assert not re.search(r"изброени|посочени(те)? (по-)?горе|всички отговори", option), question.code


def test_only_characters_that_the_shipped_font_draws() -> None:
    for question in load():
        for text in (question.text, question.ground, *question.options):
            assert PRINTABLE.fullmatch(text), (question.code, text)


def test_no_word_mixes_the_two_alphabets() -> None:
    for question in load():
        for text in (question.text, question.ground, *question.options):
            assert not re.search(r"[A-Za-z][А-Яа-я]|[А-Яа-я][A-Za-z]", text), (question.code, text)


@pytest.mark.parametrize("area", AREAS)
def test_each_file_says_that_its_questions_are_for_study(area: str) -> None:
    folder = Path(__file__).parents[3] / "svops" / "demonstration" / "questions"
    first, *_ = (folder / f"{area}.yaml").read_text(encoding="utf-8").splitlines()
    assert "учебни" in first


def test_a_whole_question_is_read(tmp_path: Path) -> None:
    (question,) = read(written(tmp_path, WHOLE))
    assert (question.area, question.code, question.correct_option) == ("internal_audit", "IA-001", "два")


@pytest.mark.parametrize(
    ("instead", "of"),
    [
        ("correct: B", "correct: Б"),
        ("options: {А: един, Б: два, В: три}", "options: {А: един, Б: два, В: три, Г: четири}"),
        ("options: {A: един, Б: два, В: три, Г: четири}", "options: {А: един, Б: два, В: три, Г: четири}"),
        ("study: false", "study: true"),
        ("law_as_of: yesterday", "law_as_of: 2026-11-01"),
        ("text: ''", "text: Кой?"),
        ("", "  ground: чл. 3 ЗВОПС\n"),
        ("study: true\n  hint: Б", "study: true"),
    ],
)
def test_a_damaged_question_is_refused_by_file_and_code(tmp_path: Path, instead: str, of: str) -> None:
    path = written(tmp_path, WHOLE.replace(of, instead))
    with pytest.raises(UnreadableBankError, match=r"internal_audit\.yaml, IA-001"):
        read(path)


@pytest.mark.parametrize("text", ["", "code: IA-001", "- [", "- Кой?", "- code: 1"])
def test_a_file_without_questions_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableBankError, match=r"internal_audit\.yaml"):
        read(written(tmp_path, text))
