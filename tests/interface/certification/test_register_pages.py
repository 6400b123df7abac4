"""Art. 51(2): the public register and the verification of a certificate, as anybody sees them."""

from urllib.parse import quote

from tests.cast import player
from tests.interface.after_the_exam import MINISTER, good, refused
from tests.interface.certification.register_house import Register, holder


def page(register: Register, path: str, **params: str) -> str:
    answer = register.house.door.get(f"/certification/{path}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def numbers(register: Register, search: str) -> list[str]:
    return [one["number"] for one in good(register.house.ask("register", search=search))["entries"]]


def test_an_empty_register_is_a_page(register: Register) -> None:
    assert "Няма вписвания" in page(register, "register")
    assert "No entry matches" in page(register, "register", lang="en")


def test_the_register_shows_every_holder_and_no_personal_number(register: Register) -> None:
    register.issue("passed", "passed", "failed")
    shown = page(register, "register")
    for number in (1, 2):
        assert str(player(number).names) in shown
        assert player(number).identifier not in shown
    assert str(player(3).names) not in shown
    assert "/certification/verify/ВО-2027-0001" in shown
    assert "valid" in page(register, "register", lang="en")


SIGNS: list[str] = ["%", "_", "%%", "\\", "\\%", "' OR 1=1 --", "<script>", "няма такъв"]


def test_signs_that_mean_something_to_a_database_are_only_signs(register: Register) -> None:
    register.issue("passed")
    for search in SIGNS:
        assert numbers(register, search) == []
        shown = page(register, "register", search=search)
        assert "Няма вписвания" in shown
        assert "<script>" not in shown


def test_part_of_a_name_or_of_a_number_finds_its_entry_in_any_case(register: Register) -> None:
    register.issue("passed", "passed")
    one = player(1).names
    mine = register.number_of(1)
    assert mine in numbers(register, one.first.upper())
    assert numbers(register, f"{one.first} {one.middle}") == [mine]
    assert numbers(register, mine[-4:]) == [mine]
    assert numbers(register, "2027") == ["ВО-2027-0001", "ВО-2027-0002"]
    assert len(numbers(register, "  ")) == 2


NO_SEARCHES: list[str] = ["я" * 101, "Иван\u0000", "\u202e"]


def test_a_search_that_is_not_of_its_form_is_refused(register: Register) -> None:
    for search in NO_SEARCHES:
        refused(register.house.ask("register", search=search), "InvalidInput")
        assert register.house.door.get("/certification/register", params={"search": search}).status_code == 422


def test_the_newest_entries_come_first(register: Register) -> None:
    register.issue("passed")
    register.take_part(["passed"], first=2)
    register.house.at("2027-06-04T23:00:00+03:00")
    good(register.house.tell("issue_certificates", {"exam_id": "2027-05"}, MINISTER))
    assert numbers(register, "") == ["ВО-2027-0001", "ВО-2027-0002"]  # of one day, by number


def test_verification_shows_the_whole_entry_in_both_languages_and_no_personal_number(register: Register) -> None:
    number = register.handed()
    good(register.ask_duplicate(number, holder(1)))
    good(register.prove(number, holder(1), "prove_duplicate_fee"))
    assert good(register.house.ask("verify", number=number))["status"] == "valid"
    register.house.at("2027-06-10T10:00:00+03:00")
    good(register.house.tell("issue_duplicate", {"number": number}, MINISTER))
    shown = page(register, f"verify/{quote(number)}")
    expected = (number, str(player(1).names), "15.05.2027 г.", "04.06.2027 г.", "10.06.2027 г.", "чл. 53, ал. 1")
    assert [one for one in expected if one not in shown] == []
    assert player(1).identifier not in shown
    assert "Duplicate, issue No. 2" in " ".join(page(register, f"verify/{quote(number)}", lang="en").split())
    entry = good(register.house.ask("verify", number=number))
    assert entry["status"] == "duplicate_issued"
    assert player(1).identifier not in str(entry)


def test_a_number_typed_in_latin_letters_is_found(register: Register) -> None:
    register.issue()
    assert str(player(1).names) in page(register, "verify/bo-2027-0001")


NO_NUMBERS: list[tuple[str, int]] = [
    ("ВО-2027-9999", 404),
    ("ВО-2027", 422),
    ("%", 422),
    ("' OR 1=1 --", 422),
    ("<xss>", 422),
]


def test_a_number_that_is_in_no_certificate_is_refused_as_a_page(register: Register) -> None:
    register.issue()
    for number, status in NO_NUMBERS:
        answer = register.house.door.get(f"/certification/verify/{quote(number)}")
        assert answer.status_code == status
        assert "<xss>" not in answer.text
        assert str(player(1).names) not in answer.text
