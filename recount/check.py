"""All checks over one record."""

from collections.abc import Callable

from recount import cards, certificates, chains, keys, results, seals, sittings
from recount.record import Record, UnreadableRecordError
from recount.report import Report

#: In this order, each by itself: a part that is malformed does not keep the others from being checked.
_CHECKS: tuple[Callable[[Record, Report], None], ...] = (
    chains.check,
    seals.check,
    keys.check,
    sittings.check,
    cards.check,
    results.check,
    certificates.check,
)


def recount(record: Record) -> Report:
    """Recompute everything; the report names what does not agree. A missing part of the record is a finding."""
    report = Report()
    for check in _CHECKS:
        try:
            check(record, report)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            report.find(check.__module__, f"the record is malformed: {type(error).__name__} {error}")
        except UnreadableRecordError as error:
            report.find(check.__module__, str(error))
    return report
