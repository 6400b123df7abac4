"""Files as people send them: good ones, and ones that pretend."""

import io
import zipfile
from collections.abc import Callable

import pikepdf
from PIL import Image


def image(kind: str) -> bytes:
    """A small picture in shades of grey, of this kind (``JPEG``, ``PNG``, ``TIFF``, ``GIF``)."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((64, 64)).save(out, kind)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A black-and-white PNG of a few dozen kilobytes and very many pixels."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None] = lambda _: None, **saving: object) -> bytes:
    """A PDF of one empty page, changed before it is saved."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        change(made)
        made.save(out, **saving)  # type: ignore[arg-type]  # pikepdf's options, as they are
    return out.getvalue()


def javascript() -> pikepdf.Dictionary:
    """An action that runs a program in the reader."""
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def open_action(made: pikepdf.Pdf) -> None:
    """Something that happens when the file is opened."""
    made.Root.OpenAction = javascript()


def attachment(made: pikepdf.Pdf) -> None:
    """A file within the file."""
    made.attachments["tool.exe"] = b"MZ"


def form(made: pikepdf.Pdf) -> None:
    """Fields to fill in, with or without programs behind them."""
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())


def page_action(made: pikepdf.Pdf) -> None:
    """Something that happens when a page is turned to."""
    made.pages[0].obj.AA = pikepdf.Dictionary(O=javascript())


def link_action(made: pikepdf.Pdf) -> None:
    """Something that happens at a click, written within the page itself."""
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("tool.exe"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)
    made.pages[0].obj.Annots = pikepdf.Array([link])


def named_script(made: pikepdf.Pdf) -> None:
    """A program among the names of the file."""
    names = pikepdf.Array([pikepdf.String("go"), made.make_indirect(javascript())])
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))


def many_objects(made: pikepdf.Pdf) -> None:
    """Far more parts than a scanned page has."""
    made.Root.Heap = pikepdf.Array([made.make_indirect(pikepdf.Dictionary()) for _ in range(20_001)])


def no_page(made: pikepdf.Pdf) -> None:
    """Nothing to look at."""
    del made.pages[0]


def nested(levels: int) -> Callable[[pikepdf.Pdf], None]:
    """So many arrays, each within the one before."""

    def nested_arrays(made: pikepdf.Pdf) -> None:
        made.Root.Nested = pikepdf.Object.parse(b"[" * levels + b"]" * levels)

    return nested_arrays


def name_that_is_no_text() -> bytes:
    """A PDF with a name whose bytes are not UTF-8."""
    return pdf(_strange_name).replace(b"/Strange", b"/Str#ffe")


def _strange_name(made: pikepdf.Pdf) -> None:
    made.Root.Action = pikepdf.Dictionary(S=pikepdf.Name("/Strange"))


def broken_chunk() -> bytes:
    """A PNG in which the name of a chunk after the first is no name."""
    return image("PNG").replace(b"IDAT", b"I\x01AT", 1)


def archive() -> bytes:
    """A ZIP archive, whose reader looks at the end of a file only."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("tool.exe", b"MZ")
    return out.getvalue()
