"""`python -m services.grading.paper.cards print|read`."""

from services.grading.paper.cards.command import card

card(prog_name="cards")
