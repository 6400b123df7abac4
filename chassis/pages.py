"""Server-rendered pages: one layout, one style sheet, no script but shipped modules."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis import language
from chassis.bulgarian import at_hour, on_day
from contracts.refusals import Refusal

HERE = Path(__file__).parent
_ZONE = ZoneInfo("Europe/Sofia")


def day(text: str) -> str:
    """An ISO date of an answer, as the page's language writes a day."""
    value = date.fromisoformat(text)
    return on_day(value) if language.language() == "bg" else f"{value:%d.%m.%Y}"


def moment(text: str) -> str:
    """An ISO instant of an answer: day and hour in the ministry's zone."""
    value = datetime.fromisoformat(text)
    return at_hour(value) if language.language() == "bg" else f"{value.astimezone(_ZONE):%d.%m.%Y, %H:%M}"


def last_second(text: str) -> str:
    """An ISO instant that ends a term, to the second: ``11.03.2027 г., 23:59:59``."""
    local = datetime.fromisoformat(text).astimezone(_ZONE)
    return f"{day(local.date().isoformat())}, {local:%H:%M:%S}"


def hour(text: str) -> str:
    """An ISO instant of an answer: the hour alone, for what happens within one day."""
    return f"{datetime.fromisoformat(text).astimezone(_ZONE):%H:%M}"


class Pages:
    """The pages of one service: its templates over the house's layout."""

    def __init__(self, service_folder: Path) -> None:
        self._catalogues = (service_folder / "locale" / "en.po", HERE / "locale" / "en.po")
        self._environment = Environment(
            loader=FileSystemLoader([service_folder / "templates" / "pages", HERE / "templates" / "pages"]),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(_=self._translate, language=language.language)
        self._environment.filters.update(day=day, moment=moment, hour=hour, last_second=last_second)

    def _translate(self, sentence: str) -> str:
        return language.translate(sentence, *self._catalogues)

    def answer(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page. The context has ``actor`` and ``path`` beside what is given."""
        html = self._environment.get_template(template).render(
            actor=request.state.actor, path=request.scope["path"], **context
        )
        response = HTMLResponse(html, status_code=status)
        if (chosen := request.query_params.get("lang")) in language.LANGUAGES:
            response.set_cookie("lang", chosen, samesite="strict", path="/")
        return response

    def refusal(self, request: Request, refusal: Refusal) -> HTMLResponse:
        """A refusal as a page: the sentence, the article, the code."""
        if not hasattr(request.state, "actor"):
            request.state.actor = None
        return self.answer(request, "refusal.html", status=refusal.status, refusal=refusal)
