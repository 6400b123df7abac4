"""The law as data: dated provisions with their citation, the counting of terms, and what is owed when.

`in_force(on)` gives the numbers, `provision(id)` the record behind one of them, `regulation.calendar` counts
terms, `regulation.deadlines` lists every obligation of an exam. Nothing of the project is imported here.
"""

from regulation.law import Area, Clock, Regulation, Session, in_force
from regulation.provision import Act, Provision, RegulationError, citation, provision, provisions

__all__ = [
    "Act",
    "Area",
    "Clock",
    "Provision",
    "Regulation",
    "RegulationError",
    "Session",
    "citation",
    "in_force",
    "provision",
    "provisions",
]
