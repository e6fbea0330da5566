"""The axes, legend and limit line that the charts share. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from avhopp.kernel.money import format_kr
from avhopp.pages import svg
from avhopp.pages.svg import Scale, Svg, label, tag

Value = Decimal | int | None

WIDE, NARROW, HEIGHT = 720.0, 340.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 34.0, 34.0
LEGEND_ROW = 24.0
NOTHING = "–"
NBSP = "\u00a0"
OVER = "#c01b1b"


def written(value: Value, unit: str = "", decimals: int = 0) -> str:
    """A value as the tables show it: '1 234 kr', '1 234', '–'."""
    if value is None:
        return NOTHING
    amount = format_kr(value, decimals)
    return amount if unit == "kr" else amount.removesuffix(f"{NBSP}kr")


@dataclass(frozen=True)
class Key:
    """How a series looks, and what the legend says about it."""

    name: str
    colour: str
    pattern: str = ""
    dash: str = ""
    marker: str = ""


@dataclass(frozen=True)
class Frame:
    """The axes of a chart: where a value and a label stand, and how an amount is shortened."""

    width: float
    y: Scale
    count: int
    divisor: int
    unit: str
    keys: tuple[Key, ...]
    empty: bool

    @classmethod
    def of(
        cls,
        width: float,
        unit: str,
        count: int,
        values: Sequence[Decimal | int],
        keys: tuple[Key, ...] = (),
    ) -> "Frame":
        """Axes that hold zero and every value. Large sums in kronor are shown as tkr or mnkr."""
        largest = max([abs(Decimal(value)) for value in values], default=Decimal(0))
        divisor, axis_unit = 1, unit
        if unit == "kr" and largest >= 2_000_000:
            divisor, axis_unit = 1_000_000, "mnkr"
        elif unit == "kr" and largest >= 20_000:
            divisor, axis_unit = 1000, "tkr"
        y = svg.scale(list(values), HEIGHT - BOTTOM, TOP)
        return cls(width, y, count, divisor, axis_unit, keys, not values)

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def pitch(self) -> float:
        """The room that each label has."""
        return (self.right - LEFT) / self.count

    def shows(self, values: Sequence[Value]) -> bool:
        """Whether every value has room on its own bar."""
        words = [self.short(value) for value in values if value is not None]
        return max([svg.text_width(text) for text in words], default=0.0) <= self.pitch

    def slot(self, index: int) -> tuple[float, float]:
        """Left edge and width of a bar."""
        width = min(self.pitch * 0.68, 64.0)
        return LEFT + self.pitch * index + (self.pitch - width) / 2, width

    def middle(self, index: int) -> float:
        return LEFT + self.pitch * (index + 0.5)

    def short(self, value: Decimal | int | float) -> str:
        """The value in the unit of the axis, with one decimal where a whole number would mislead."""
        amount = (Decimal(str(value)) if isinstance(value, float) else Decimal(value)) / self.divisor
        decimals = 0 if amount == round(amount) or self.divisor == 1000 else 1
        return written(amount, decimals=decimals if abs(amount) < 100 else 0)

    def drawn(self, title: str, about: str, labels: tuple[str, ...], parts: list[str]) -> Svg:
        legend, rows = legend_of(self.keys, self.width, LEFT, HEIGHT + 18) if len(self.keys) > 1 else ([], 0)
        used = [(key.pattern, key.colour) for key in self.keys if key.pattern]
        height = HEIGHT + rows * LEGEND_ROW + (8 if rows else 0)
        if self.empty:
            return _nothing(self.width, title, about)
        body = [*self._grid(), *self._labels(labels), *parts, self._axis()]
        return svg.drawing(self.width, height, title, about, svg.patterns(used, self.width), *body, *legend)

    def _grid(self) -> list[str]:
        lines = []
        for tick in self.y.ticks:
            y = self.y(tick)
            lines.append(tag("line", x1=LEFT, x2=self.right, y1=y, y2=y, stroke=svg.GRID, stroke_width=1))
            lines.append(label(LEFT - 8, y + 4.5, self.short(round(tick, 6)), anchor="end"))
        return [*lines, label(LEFT - 8, 14, self.unit, anchor="end", bold=True)]

    def _labels(self, names: tuple[str, ...]) -> list[str]:
        if not names:
            return []
        widest = max(svg.text_width(name) for name in names) + 6
        every = max(1, -int(-widest * len(names) // (self.right - LEFT)))
        shown = [index for index in range(len(names)) if index % every == 0]
        return [label(self.middle(i), HEIGHT - BOTTOM + 20, names[i], anchor="middle") for i in shown]

    def _axis(self) -> str:
        y = self.y(0)
        return tag("line", x1=LEFT, x2=self.right, y1=y, y2=y, stroke=svg.AXIS, stroke_width=1.5)


def _nothing(width: float, title: str, about: str) -> Svg:
    """A low frame that says that there is nothing to draw."""
    edge = {"fill": "none", "stroke": svg.AXIS, "stroke_dasharray": "4 4"}
    frame = tag("rect", x=1, y=1, width=width - 2, height=88, rx=6, **edge)
    words = label(width / 2, 50, "Inga uppgifter att visa", anchor="middle")
    return svg.drawing(width, 90, title, about, frame, words)


def legend_of(keys: Sequence[Key], chart_width: float, left: float, top: float) -> tuple[list[str], int]:
    """Samples with names, in as many rows as needed."""
    parts, x, row = [], left, 0
    for key in keys:
        width = 44 + svg.text_width(key.name)
        if x > left and x + width > chart_width:
            x, row = left, row + 1
        y = top + row * LEGEND_ROW
        if key.pattern:
            look = {
                "fill": svg.fill(key.pattern, key.colour, chart_width),
                "stroke": key.colour,
                "stroke_width": 1,
            }
            parts.append(tag("rect", x=x, y=y - 12, width=26, height=15, **look))
        else:
            look = {"stroke": key.colour, "stroke_width": 2.5, "stroke_dasharray": key.dash or None}
            parts.append(tag("line", x1=x, x2=x + 28, y1=y - 4.5, y2=y - 4.5, **look))
            parts.append(svg.marker(key.marker, x + 14, y - 4.5, key.colour))
        parts.append(label(x + 34, y, key.name, colour=svg.INK))
        x += width + 12
    return parts, row + 1


def limit_line(frame: Frame, value: Decimal | int, words: str) -> list[str]:
    """A level line across the chart, with its words."""
    y = frame.y(value)
    line = tag(
        "line", x1=LEFT, x2=frame.right, y1=y, y2=y, stroke=OVER, stroke_width=2, stroke_dasharray="3 3"
    )
    return [line, label(LEFT + 6, y - 7, words, colour=OVER, bold=True)]
