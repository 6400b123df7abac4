"""A whole examination as the eight services export it, made by hand, with every kind of outcome in both modes."""

import base64
import json
import random
from collections.abc import Iterable
from datetime import date
from typing import Any

from recount.record import SERVICES, Record
from regulation import in_force
from tests.unit.recount.chain import BEGINNING, EXAM, Told, canonical, sha256
from tests.unit.recount.people_of_an_exam import CANDIDATES, CARDS, ELECTRONIC, PAPER, REFUSED, REJECTED, Someone

LAW = in_force(date(2027, 3, 1))
STARTED_AT, ENDS_AT = "2027-05-15T06:30:00.000000+00:00", "2027-05-15T09:30:00.000000+00:00"
PUBLISHED_AT = "2027-05-21T09:00:00+00:00"
FILES = {sha256(content): content for content in (b"%PDF-1.7 appendix 6", b"%PDF-1.7 certificate")}
FEE = sha256(b"fee")


def made() -> Record:
    """The record; it agrees with itself. Every call makes a new one, through JSON as an export goes."""
    told = {service: Told(service) for service in SERVICES}
    variants = [_variant(number) for number in (1, 2)]
    _testbank(told["testbank"], variants)
    drawn = told["testbank"].facts["draw"]["drawn"]
    keys = _keys(variants[drawn - 1])
    _admission(told["admission"])
    _session(told["session"], keys, drawn)
    _electronic(told["grading_electronic"], told["session"].facts["sittings"], keys, drawn)
    _paper(told["grading_paper"], keys)
    _results(told["grading_results"])
    _certification(told["certification"])
    _registration(told["registration"])
    services = json.loads(json.dumps({service: one.export() for service, one in told.items()}, ensure_ascii=False))
    _tell_heads(services)
    return Record(EXAM, services, dict(FILES))


def _tell_heads(services: dict[str, Any]) -> None:
    """Every service was told the middle and the end of every other's chain."""
    for listener, answer in services.items():
        for teller, other in services.items():
            if teller != listener:
                for row in (other["audit"][len(other["audit"]) // 2], other["audit"][-1]):
                    head = {"told_by": teller, "number": row["number"], "sha256": row["sha256"]}
                    answer["foreign_heads"].append(head | {"told_at": row["at"]})


def _variant(number: int) -> dict[str, Any]:
    """The plain text of a variant with two sub-variants."""
    chance = random.Random(number)
    areas = [area.code for area in LAW.areas for _ in range(area.default_questions)]
    questions = [
        {
            "number": place,
            "area": area,
            "text": f"Въпрос {place} на вариант {number}?",
            "options": {letter: f"отговор {letter}" for letter in LAW.option_letters},
            "correct": chance.choice(LAW.option_letters),
        }
        for place, area in enumerate(areas, 1)
    ]
    orders = {f"{number}{letter}": chance.sample(range(1, LAW.questions + 1), LAW.questions) for letter in "АБ"}
    return {
        "format": "svops-variant-1",
        "exam_id": EXAM,
        "variant": number,
        "salt": f"{number:064x}",
        "questions": questions,
        "sub_variants": orders,
    }


def _keys(variant: dict[str, Any]) -> dict[str, dict[str, str]]:
    correct = {question["number"]: question["correct"] for question in variant["questions"]}
    return {
        code: {str(place): correct[number] for place, number in enumerate(order, 1)}
        for code, order in variant["sub_variants"].items()
    }


def lines(*parts: str) -> str:
    """SHA-256 over lines, as the draw hashes them."""
    return sha256("".join(f"{part}\n" for part in parts).encode())


def _testbank(told: Told, variants: list[dict[str, Any]]) -> None:
    sealed = {str(one["variant"]): f"age-encryption.org/v1 of {one['variant']}".encode() for one in variants}
    seals = {number: sha256(content) for number, content in sealed.items()}
    commitments = {str(one["variant"]): sha256(canonical(one)) for one in variants}
    told.note("variants:sealed", "чл. 13, ал. 4", seals=seals, commitments=commitments, blueprint={})
    values = {"member": "11" * 32, "notary": "22" * 32}
    bound = {role: lines("svops-draw-1", EXAM, role, value) for role, value in values.items()}
    for commitment in bound.values():
        told.note("draw:committed", "чл. 13, ал. 5", commitment=commitment, deviation_reason=None)
    for value in values.values():
        told.note("draw:revealed", "чл. 13, ал. 5", value=value)
    digest = lines("svops-draw-1", EXAM, *values.values(), seals["1"], seals["2"])
    drawn = 1 + int(digest, 16) % 2
    transcript = {"format": "svops-draw-1", "exam_id": EXAM, "seals": seals, "digest": digest, "drawn": drawn}
    transcript |= {role: {"commitment": bound[role], "value": value} for role, value in values.items()}
    transcript_sha256 = sha256(canonical(transcript))
    told.note("variant:drawn", "чл. 13, ал. 5", drawn=drawn, transcript_sha256=transcript_sha256)
    opened = {drawn: (sha256(b"package"), sha256(b"key"))}
    told.note("variant:opened", "чл. 13, ал. 7", variant=drawn, package_sha256=opened[drawn][0], sessions=[1])
    told.note("answer_key:released", "чл. 43, ал. 1", variant=drawn, key_sha256=opened[drawn][1])
    told.facts = {
        "exam": {
            "exam_on": "2027-05-15",
            "regulation_on": "2027-03-01",
            "modes": ["electronic", "paper"],
            "sessions": 1,
        },
        "variants": [
            {
                "variant": one["variant"],
                "seal_sha256": seals[str(one["variant"])],
                "inner_sha256": sha256(b"inner"),
                "commitment_sha256": commitments[str(one["variant"])],
                "counts": {area.code: area.default_questions for area in LAW.areas},
                "sub_variants": list(one["sub_variants"]),
                "package_sha256": opened.get(one["variant"], (None, None))[0],
                "key_sha256": opened.get(one["variant"], (None, None))[1],
            }
            for one in variants
        ],
        "draw": {"drawn": drawn, "transcript": transcript, "transcript_sha256": transcript_sha256},
        "sealed": {number: base64.b64encode(content).decode() for number, content in sealed.items()},
        "released": {str(drawn): canonical(variants[drawn - 1]).decode()},
        "questions": [],
    }


def _admission(told: Told) -> None:
    everybody = (*CANDIDATES, REFUSED, REJECTED)
    grounds = {one.application_id: ["missing_fee_document"] if one is REJECTED else [] for one in everybody}
    told.note("applications:decided", "чл. 6, ал. 5", protocol=1, grounds=grounds)
    states = {one.name: "absent" if one.outcome == "absent" else "identified" for one in CANDIDATES}
    states[REFUSED.name] = "refused"
    for name, state in states.items():
        if state != "absent":
            told.note(f"candidate:{state}", "чл. 16, т. 2", candidate=name, hall="1", differences=[])
    told.note("door:closed", "чл. 22", hall="1", absent=[name for name, state in states.items() if state == "absent"])
    told.facts = {
        "applications": [
            {
                "application_id": one.application_id,
                "candidate_id": one.name,
                "mode": one.mode,
                "is_admitted": one is not REJECTED,
                "grounds": grounds[one.application_id] + (["identity_differs_on_the_day"] if one is REFUSED else []),
            }
            for one in everybody
        ],
        "arrivals": [{"candidate_id": name, "state": state} for name, state in states.items()],
    }


def _session(told: Told, keys: dict[str, dict[str, str]], variant: int) -> None:
    code = sorted(keys)
    sittings = [_sitting(one, variant, code[place % 2]) for place, one in enumerate((*CANDIDATES, REFUSED))]
    for one, sitting in zip(CANDIDATES, sittings, strict=False):
        if one.mode == "electronic" and one.outcome != "absent":
            sitting.update(_sat(one, keys[sitting["sub_variant"]]))
    for sitting in sittings:
        _note_end(told, sitting)
    told.facts = {
        "sittings": sittings,
        "annulments": [
            {
                "candidate_id": one.name,
                "mode": one.mode,
                "reason": "copying",
                "decided_at": ENDS_AT,
                "annulled_at": ENDS_AT,
            }
            for one in (ELECTRONIC[3], PAPER[5])
        ],
    }


def _sitting(one: Someone, variant: int, sub_variant: str) -> dict[str, Any]:
    return {
        "sitting_id": one.sitting_id,
        "candidate_id": one.name,
        "mode": one.mode,
        "session": 1,
        "appeared": one.outcome not in {"absent", "refused"},
        "variant": variant,
        "sub_variant": sub_variant,
        "annulled_at": None,
    }


def _note_end(told: Told, sitting: dict[str, Any]) -> None:
    facts = {"sitting": sitting["sitting_id"], "history_sha256": sitting.get("history_sha256")}
    if sitting["candidate_id"] in {ELECTRONIC[3].name, PAPER[5].name}:
        told.note("sitting:annulled", "чл. 28, ал. 1", candidate=sitting["candidate_id"], reason="copying")
    elif sitting.get("outcome") == "submitted":
        told.note("sitting:submitted", "чл. 29, ал. 3", answered=len(sitting["answers"]), **facts)
    elif sitting.get("outcome") == "time_expired":
        told.note("sitting:time_expired", "чл. 29, ал. 1", **facts)


def other(letter: str) -> str:
    """A letter that is not this one."""
    return LAW.option_letters[(LAW.option_letters.index(letter) + 1) % len(LAW.option_letters)]


def _sat(one: Someone, key: dict[str, str]) -> dict[str, Any]:
    """A sheet with so many right answers: the first ones; one changed, one taken back, one that came late."""
    wanted = {
        question: letter if int(question) <= (one.correct or 0) else other(letter) for question, letter in key.items()
    }
    changes: list[tuple[str, str | None, int]] = [
        ("1", other(wanted["1"]), 1),
        *((question, letter, 2) for question, letter in wanted.items()),
    ]
    changes += [("90", None, 3), ("1", other(wanted["1"]), 1)]
    history: list[dict[str, Any]] = [_link("login", None, None, None, 0)]
    history += [_link("answer", int(q), letter, seq, place) for place, (q, letter, seq) in enumerate(changes, 1)]
    history[-1]["verdict"] = "superseded"
    relink(one.sitting_id, history)
    answers = {question: letter for question, letter in wanted.items() if question != "90"}
    outcome = {"karavelov": "time_expired", "yavorov": "annulled"}.get(one.name, "submitted")
    times = {"started_at": STARTED_AT, "ends_at": ENDS_AT, "ended_at": ENDS_AT}
    return {"answers": answers, "outcome": outcome, "history": history, "history_sha256": history[-1]["sha256"]} | times


def _link(action: str, question: int | None, option: str | None, seq: int | None, place: int) -> dict[str, Any]:
    at = f"2027-05-15T07:{place // 60:02}:{place % 60:02}.000000+00:00"
    fields = {"action": action, "at": at, "client_at": None, "line": 1, "question": question, "option": option}
    return fields | {"seq": seq, "verdict": "saved"}


def relink(sitting_id: str, history: list[dict[str, Any]]) -> None:
    """Number the entries and give them the hashes that make a whole history of them."""
    previous = BEGINNING
    for number, entry in enumerate(history, 1):
        entry.pop("sha256", None)
        entry["number"] = number
        entry["sha256"] = previous = sha256(canonical(entry | {"previous_sha256": previous, "sitting_id": sitting_id}))


def _electronic(told: Told, sittings: list[dict[str, Any]], keys: dict[str, dict[str, str]], variant: int) -> None:
    told.note("key:received", "чл. 43, ал. 1", variant=variant, letters_sha256=sha256(canonical(keys)))
    sheets = []
    for sitting in sittings:
        if "outcome" not in sitting:
            continue
        key = keys[sitting["sub_variant"]]
        correct = sum(sitting["answers"].get(question) == letter for question, letter in key.items())
        counted = {"correct": correct, "wrong": len(key) - correct}
        answers_sha256 = sha256(canonical(sitting["answers"]))
        told.note("sheet:received", "чл. 43", sitting=sitting["sitting_id"], answers_sha256=answers_sha256)
        told.note("sheet:counted", "чл. 43", sitting=sitting["sitting_id"], **counted)
        same = ("candidate_id", "variant", "sub_variant", "answers", "history_sha256", "outcome")
        sheet = {"sheet": sitting["sitting_id"], "answers_sha256": answers_sha256}
        sheets.append(sheet | counted | {name: sitting[name] for name in same})
        told.render("appendix_6", sitting["candidate_id"], b"%PDF-1.7 appendix 6")
    told.facts = {"keys": {str(variant): keys}, "sheets": sheets}


def marks_with(key: dict[str, str], correct: int) -> dict[str, list[str]]:
    """Crosses with so many right answers, the first ones."""
    return {q: [letter if int(q) <= correct else other(letter)] for q, letter in key.items()}


def _paper(told: Told, keys: dict[str, dict[str, str]]) -> None:
    code = min(keys)
    key = keys[code]
    told.note("numbers:given", "чл. 44", numbers=sorted(CARDS))
    cards = []
    for number, one in CARDS.items():
        is_annulled = one.outcome == "annulled"
        counts = [] if is_annulled else _counts(told, number, one, key)
        if is_annulled:
            told.note("card:annulled", "чл. 46, ал. 2", number=number, reason="рисунка")
        opinions = _opinions(told, number) if one is PAPER[2] else []
        cards.append(_card(number, one, code, key, counts) | {"opinions": opinions})
    for number in CARDS:
        told.note("slip:entered", "чл. 47", number=number)
    told.facts = {"key": keys, "opened_at": ENDS_AT, "cards": cards, "scans": []}


def _card(number: str, one: Someone, code: str, key: dict[str, str], counts: list[dict[str, Any]]) -> dict[str, Any]:
    is_annulled = one.outcome == "annulled"
    seen = marks_with(key, 80) if is_annulled else counts[0]["marks"]
    signs = [{"what": "drawing"}] if is_annulled else []
    return {
        "number": number,
        "sub_variant": code,
        "reading": {"ok": True, "marks": seen, "doubtful": [7], "annul_proposed": signs, "number": number},
        "markings": counts,
        "annulled": is_annulled,
        "annulled_for": "рисунка" if is_annulled else None,
        "correct": None if is_annulled else counts[-1]["correct"],
        "wrong": None if is_annulled else counts[-1]["wrong"],
        "candidate_id": one.name,
    }


def _counts(told: Told, number: str, one: Someone, key: dict[str, str]) -> list[dict[str, Any]]:
    """One count; two where the first is between 55 and 65; the chair's where the two differ."""
    plan: Iterable[tuple[int, str, str, int]] = [(1, "marking", "member-1", one.correct or 0)]
    if one is PAPER[1]:
        plan = [(1, "marking", "member-1", 62), (2, "marking", "member-2", 62)]
    if one is PAPER[2]:
        plan = [(1, "marking", "member-2", 59), (2, "marking", "member-3", 60), (2, "settling", "chair", 60)]
    counts = []
    for round_number, stage, marker, correct in plan:
        count = {"round": round_number, "stage": stage, "marker": marker, "marks": marks_with(key, correct)}
        count |= {"pencil_only": [], "correct": correct, "wrong": len(key) - correct, "reasons": []}
        counts.append(count)
        note_count(told, number, count)
    return counts


def _opinions(told: Told, number: str) -> list[dict[str, Any]]:
    """Both members' words on the count that the chair made with them: one does not agree, the other cannot come."""
    said = {"round": 1, "dissent": "кръстчето е в молив"}
    told.note("card:opinion", "чл. 48, ал. 2", actor="member-2", number=number, **said)
    absence = {"round": 2, "marker": "member-3", "absent": "в болнични"}
    told.note("card:absence", "чл. 48, ал. 2", actor="chair", number=number, **absence)
    return [said | {"marker": "member-2", "absent": None}, absence | {"dissent": None}]


def note_count(told: Told, number: str, count: dict[str, Any]) -> None:
    """The row of the chain that a count leaves."""
    action = "card:marked" if count["stage"] == "marking" else "card:settled"
    facts = {name: count[name] for name in ("round", "correct", "wrong")}
    crosses = sha256(canonical([count["marks"], count["pencil_only"]]))
    told.note(action, "чл. 45", actor=count["marker"], number=number, marks_sha256=crosses, **facts)


def _results(told: Told) -> None:
    numbers = {one.name: number for number, one in CARDS.items()}
    rows = []
    for one in CANDIDATES:
        is_annulled = one.outcome == "annulled"
        sheet = one.sitting_id if one.mode == "electronic" else numbers.get(one.name)
        sheet = None if one.correct is None else sheet
        if sheet is not None:
            told.note("count:received", "чл. 43, 48", candidate=one.name, correct=one.correct, annulled=is_annulled)
        if is_annulled and one.name not in numbers:
            told.note("annulment:received", "чл. 28, ал. 1", candidate=one.name)
        row = {"candidate_id": one.name, "mode": one.mode, "sheet": sheet, "correct": one.correct}
        wrong = None if sheet is None else LAW.questions - (one.correct or 0)
        row |= {"wrong": 0 if one is PAPER[4] else wrong, "annulled": is_annulled, "absent": one.outcome == "absent"}
        row |= {"refused_at_door": False, "outcome": one.outcome, "published_at": PUBLISHED_AT}
        rows.append(row)
    for mode, people in (("electronic", ELECTRONIC), ("paper", PAPER)):
        outcomes = [one.outcome for one in people]
        counts: dict[str, Any] = {
            outcome: outcomes.count(outcome) for outcome in ("passed", "failed", "annulled", "absent")
        }
        told.note("results:protocol", "чл. 43, ал. 6", mode=mode, **counts)
    told.facts = {"results": rows}


def _certification(told: Told) -> None:
    passed = [one for one in CANDIDATES if one.outcome == "passed"]
    certificates = []
    for place, one in enumerate(passed, 1):
        number = f"ВО-2027-{place:04}"
        told.note("certificate:issued", "чл. 51, ал. 1 и 2", number=number, candidate=one.name)
        told.note("certificate:fee_proved", "чл. 51, ал. 1", number=number, file=FEE)
        told.note("certificate:handed", "чл. 51, ал. 1", number=number, authorised=False)
        told.render("certificate", number, b"%PDF-1.7 certificate")
        row = {"number": number, "candidate_id": one.name, "issued_on": "2027-06-04"}
        certificates.append(row | {"fee_proved": True, "handed": True})
    told.note("duplicate:issued", "чл. 51, ал. 3", number="ВО-2027-0001", issue=2)
    told.note("inspection:held", "чл. 53, ал. 2", inspection="inspection-1", shown=["appendix_6"])
    told.facts = {
        "certificates": certificates,
        "duplicates": [{"number": "ВО-2027-0001", "issue": 2, "issued_on": "2027-07-12", "fee_proved": True}],
        "inspections": [{"inspection_id": "inspection-1", "candidate_id": "karavelov", "held": True}],
    }


def _registration(told: Told) -> None:
    told.note("announcement:published", "чл. 5, ал. 1", exam_on="2027-05-15")
    results = []
    for one in CANDIDATES:
        correct = one.correct if one.outcome in {"passed", "failed"} else None
        results.append({"candidate_id": one.name, "outcome": one.outcome, "correct": correct})
        facts: dict[str, Any] = {"application": one.application_id, "outcome": one.outcome, "correct": correct}
        told.note("profile:result_published", "чл. 49", **facts)
    statuses = {REFUSED: "refused_at_door", REJECTED: "rejected"}
    told.facts = {
        "applications": [
            {
                "application_id": one.application_id,
                "candidate_id": one.name,
                "mode": one.mode,
                "status": statuses.get(one, "admitted"),
                "grounds": [],
            }
            for one in (*CANDIDATES, REFUSED, REJECTED)
        ],
        "results": results,
    }
