"""All checks over one record."""

from recount import chains, results, seals
from recount.record import Record, UnreadableRecordError
from recount.report import Report


def recount(record: Record) -> Report:
    """Recompute everything; the report names what does not agree. A missing part of the record is a finding."""
    report = Report()
    for check in (chains.check, seals.check, results.check):
        try:
            check(record, report)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            report.find(check.__module__, f"the record is malformed: {type(error).__name__} {error}")
        except UnreadableRecordError as error:
            report.find(check.__module__, str(error))
    return report
