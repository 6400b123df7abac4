"""All checks together, and what they found."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: where in the record, and what."""

    where: str
    what: str


@dataclass
class Report:
    """What was checked and what does not agree."""

    findings: list[Finding] = field(default_factory=list)
    results_checked: int = 0
    seals_checked: int = 0
    audit_rows_checked: int = 0
    documents_checked: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def find(self, where: str, what: str) -> None:
        """Note what does not agree."""
        self.findings.append(Finding(where, what))

    def expect(self, where: str, said: Any, recomputed: Any, what: str) -> None:
        """Note a difference between what the record says and what was recomputed."""
        if said != recomputed:
            self.find(where, f"{what}: the record says {said!r}, recomputed {recomputed!r}")

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return {
            "agrees": self.agrees,
            "results_checked": self.results_checked,
            "seals_checked": self.seals_checked,
            "audit_rows_checked": self.audit_rows_checked,
        }

    def lines(self) -> Iterator[str]:
        """For a person: what was found, or that all agrees."""
        yield from (f"{finding.where}: {finding.what}" for finding in self.findings)
        verdict = "agrees" if self.agrees else "DOES NOT AGREE"
        counts = f"{self.results_checked} results, {self.seals_checked} seals, {self.audit_rows_checked} audit rows"
        yield f"{verdict}: {counts}, {self.documents_checked} documents checked"
