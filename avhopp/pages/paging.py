"""Lists: one page of rows, and headings that sort.

The query parameters are `sida` (page number from 1) and `ordning` (a column's key, with a minus for falling
order). All other parameters are kept in the links, so filters survive a change of page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Func, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict

from avhopp.pages.tables import Heading

PAGE, ORDER = "sida", "ordning"

#: The name of a field, with or without a minus, or an expression: names of people and places sort by
#: `SwedishKey("name")`, never by the field itself.
Sortable = str | Func | Subquery


@dataclass(frozen=True)
class Link:
    """A page number; without address it stands for the pages left out."""

    number: int
    url: str
    current: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list, counted from 1. Iterating gives the rows."""

    rows: Sequence[Any]
    number: int
    pages: int
    first: int
    last: int
    total: int
    links: tuple[Link, ...]
    previous_url: str
    next_url: str

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Column:
    """A column of a list. With `fields` it can be sorted: what is given to `order_by` in rising order."""

    label: str
    key: str = ""
    fields: tuple[Sortable, ...] = ()
    numeric: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Sorting:
    """`columns` for the table, `order_by` for the queryset."""

    columns: tuple[Heading, ...]
    order_by: tuple[Sortable | OrderBy, ...]


def page_of(items: QuerySet | Sequence[Any], request: HttpRequest, per_page: int = 50) -> Page:
    """The page that the request asks for. A number that does not exist gives the first or last page.

    A queryset must have an order. Costs one count and one slice.
    """
    page = Paginator(items, per_page).get_page(request.GET.get(PAGE, 1))
    pages = page.paginator.num_pages

    def url(number: int) -> str:
        return _with(request.GET, PAGE, "" if number == 1 else str(number))

    links = tuple(
        Link(number, url(number), number == page.number) if isinstance(number, int) else Link(0, "")
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    )
    return Page(
        rows=list(page.object_list),
        number=page.number,
        pages=pages,
        first=page.start_index(),
        last=page.end_index(),
        total=page.paginator.count,
        links=links if pages > 1 else (),
        previous_url=url(page.number - 1) if page.has_previous() else "",
        next_url=url(page.number + 1) if page.has_next() else "",
    )


def in_order(rows: Iterable[Any], order_by: Sequence[Any]) -> list[Any]:
    """Rows that no database holds, in the order of `Sorting.order_by`, whose fields name their attributes."""
    found = list(rows)
    for name in reversed([str(field) for field in order_by if field not in ("pk", "-pk")]):
        found.sort(key=attrgetter(name.removeprefix("-")), reverse=name.startswith("-"))
    return found


def sorting(columns: Sequence[Column], request: HttpRequest, default: str) -> Sorting:
    """Headings with sort links, and the order the request asks for.

    `default` is a key, with a minus for falling order. An unknown key in the request gives the default.
    `order_by` ends with "pk", so the order is stable.
    """
    fields = {column.key: column.fields for column in columns if column.fields}
    asked = request.GET.get(ORDER, default)
    chosen = asked if asked.removeprefix("-") in fields else default
    key, falling = chosen.removeprefix("-"), chosen.startswith("-")
    order = tuple(_turned(name) if falling else name for name in fields[key])
    headings = tuple(_heading(column, key, falling, request.GET) for column in columns)
    return Sorting(headings, order if "pk" in order or "-pk" in order else (*order, "pk"))


def _heading(column: Column, key: str, falling: bool, query: QueryDict) -> Heading:
    if not column.fields:
        return Heading(column.label, column.numeric, column.hidden)
    current = column.key == key
    target = f"-{column.key}" if current and not falling else column.key
    sort = ("descending" if falling else "ascending") if current else "none"
    return Heading(column.label, column.numeric, column.hidden, _with(query, ORDER, target), sort)


def _turned(field: Sortable) -> str | OrderBy:
    if not isinstance(field, str):
        return field.desc()
    return field[1:] if field.startswith("-") else f"-{field}"


def _with(query: QueryDict, name: str, value: str) -> str:
    """The query string with one parameter changed; a new order starts from the first page."""
    changed = query.copy()
    for gone in {name, PAGE}:
        changed.pop(gone, None)
    if value:
        changed[name] = value
    return f"?{changed.urlencode()}"
