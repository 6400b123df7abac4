"""``svops law``: the provisions as a table."""

from rich.console import Console
from rich.table import Table

from regulation.table import as_rows


def print_law() -> None:
    """Every provision: id, value, unit, citation, and whether it is our own choice."""
    table = Table(title="Провизии и тълкувания")
    for heading in ("Код", "Стойност", "Мярка", "Основание", "Собствен избор"):
        table.add_column(heading, overflow="fold")
    for row in as_rows():
        table.add_row(row.id, str(row.value), row.unit, row.citation, "да" if row.own_choice else "")
    Console().print(table)
