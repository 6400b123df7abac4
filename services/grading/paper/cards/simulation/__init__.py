"""Filled and scanned cards made from a seed, with the truth beside them: for tests, benches and the demonstration."""

from services.grading.paper.cards.simulation.filling import Filling, Written, fill
from services.grading.paper.cards.simulation.hands import Hand, Ink, random_hand
from services.grading.paper.cards.simulation.scanning import GRADES, Scan, scan

__all__ = ["GRADES", "Filling", "Hand", "Ink", "Scan", "Written", "fill", "random_hand", "scan"]
