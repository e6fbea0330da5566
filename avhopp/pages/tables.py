"""What a table shows at the top of its columns. Pure: charts use it outside requests as well."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A column's heading.

    `url` makes it a sort link, `sort` is the value of aria-sort, `hidden` leaves it to screen readers only.
    """

    label: str
    numeric: bool = False
    hidden: bool = False
    url: str = ""
    sort: str = ""
