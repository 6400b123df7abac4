"""Paper grading's doors under an address of their own, and the commission's people at real browsers."""

from playwright.sync_api import BrowserContext, Page

from chassis.web import COOKIE
from chassis.work import Actor
from services.grading.paper.web import create_app
from tests.browser.stand import Served, Wire
from tests.interface.grading_paper.paper_exam import EXAM, Envelope, PaperExam
from tests.interface.house import House


class Desk:
    """Where the commission sits: the exam as it stands, and a browser for whoever works."""

    def __init__(self, house: House, envelopes: list[Envelope]) -> None:
        self.served = Served(house.runtime, {"/grading/paper": create_app(house.runtime)})
        house.door = Wire(self.served.address)
        self.exam = PaperExam(house, envelopes)
        self.served.start()

    def seat(self, context: BrowserContext, actor: Actor) -> Page:
        """A page of a browser in which this person is logged in."""
        token = self.exam.house.token(actor)
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.served.address}])
        return context.new_page()

    def address(self, page: str) -> str:
        """Where a page of the exam is."""
        return f"{self.served.address}/grading/paper/{page}?exam_id={EXAM}"
