"""Charts as SVG text, made from frozen data; the same markup serves the page and the PDF.

Pure: no Django, no clock. Every chart has a table with the exact figures (`data.table`), and series differ in
pattern, dash or marker as well as in colour. Values are Decimal, int or None (a gap). Axes are shortened to
tkr and mnkr; tables never are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from avhopp.pages import svg
from avhopp.pages.axes import (
    LEGEND_ROW,
    NARROW,
    OVER,
    WIDE,
    Frame,
    Key,
    Value,
    legend_of,
    limit_line,
    written,
)
from avhopp.pages.svg import Scale, Svg, label, tag
from avhopp.pages.tables import Heading


@dataclass(frozen=True)
class Series:
    """A named row of values, one for each label of the chart."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Band:
    """An uncertainty: lowest and highest value for each label."""

    name: str
    low: tuple[Value, ...]
    high: tuple[Value, ...]


@dataclass(frozen=True)
class ChartTable:
    """The figures as text, for components/table.html. `foot` is empty or a row of sums."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What all charts with an axis have. `about` says in a sentence what is shown; `unit` is "kr", "dygn" …

    `axis` is the heading of the first column of the table. `total` adds a row of sums to it.
    Raises ValueError when a series has not one value for each label.
    """

    title: str
    about: str
    labels: tuple[str, ...]
    unit: str
    axis: str = "Månad"
    decimals: int = 0
    total: bool = False

    def __post_init__(self) -> None:
        for _, values in self.columns:
            if len(values) != len(self.labels):
                raise ValueError(f"{len(values)} values for {len(self.labels)} labels")

    @property
    def columns(self) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        raise NotImplementedError

    @property
    def table(self) -> ChartTable:
        names = tuple(Heading(name, numeric=True) for name, _ in self.columns)
        rows = tuple(
            (name, *(written(values[index], self.unit, self.decimals) for _, values in self.columns))
            for index, name in enumerate(self.labels)
        )
        sums = tuple(written(_sum(values), self.unit, self.decimals) for _, values in self.columns)
        return ChartTable((Heading(self.axis), *names), rows, ("Summa", *sums) if self.total and rows else ())


@dataclass(frozen=True, kw_only=True)
class Bars(Chart):
    """One bar for each label."""

    values: tuple[Value, ...]

    @property
    def columns(self) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        return ((self.unit.capitalize(), self.values),)

    @property
    def svg(self) -> Svg:
        return bar_chart(self)

    @property
    def narrow(self) -> Svg:
        return bar_chart(self, NARROW)


@dataclass(frozen=True, kw_only=True)
class StackedBars(Chart):
    """Bars of several parts; no part may be negative. Raises ValueError."""

    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(value is not None and value < 0 for _, values in self.columns for value in values):
            raise ValueError("a part of a stacked bar is negative")

    @property
    def columns(self) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        return tuple((series.name, series.values) for series in self.series)

    @property
    def svg(self) -> Svg:
        return stacked_bar_chart(self)

    @property
    def narrow(self) -> Svg:
        return stacked_bar_chart(self, NARROW)


@dataclass(frozen=True, kw_only=True)
class Lines(Chart):
    """Lines over the labels, with an optional band and an optional limit (a level line)."""

    series: tuple[Series, ...]
    band: Band | None = None
    limit: Decimal | int | None = None
    limit_label: str = "Gräns"

    @property
    def columns(self) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        own = tuple((series.name, series.values) for series in self.series)
        if self.band is None:
            return own
        return (
            *own,
            (f"{self.band.name}, lägst", self.band.low),
            (f"{self.band.name}, högst", self.band.high),
        )

    @property
    def svg(self) -> Svg:
        return line_chart(self)

    @property
    def narrow(self) -> Svg:
        return line_chart(self, NARROW)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Money against a budget, in kronor.

    `committed` comes on top of `spent`. `forecast` is the outcome expected for the whole period.
    """

    title: str
    about: str
    budget: Decimal | int
    spent: Decimal | int
    committed: Decimal | int = 0
    forecast: Decimal | int | None = None

    @property
    def table(self) -> ChartTable:
        outcome = self.spent + self.committed if self.forecast is None else self.forecast
        rows: list[tuple[str, Decimal | int]] = [
            ("Budget", self.budget),
            ("Förbrukat", self.spent),
            ("Intecknat", self.committed),
        ]
        rows += [] if self.forecast is None else [("Prognos", self.forecast)]
        rows += [
            (
                "Kvar av budgeten" if outcome <= self.budget else "Över budgeten",
                abs(Decimal(self.budget) - outcome),
            )
        ]
        shown = tuple((name, written(amount, "kr")) for name, amount in rows)
        return ChartTable((Heading("Post"), Heading("Belopp", numeric=True)), shown)

    @property
    def svg(self) -> Svg:
        return budget_bar(self)

    @property
    def narrow(self) -> Svg:
        return budget_bar(self, NARROW)


def bar_chart(data: Bars, width: float = WIDE) -> Svg:
    """Bars from zero; values stand on the bars when they fit."""
    frame = Frame.of(
        width, data.unit, len(data.labels), [value for value in data.values if value is not None]
    )
    colour, parts = svg.COLOURS[0], []
    fits = frame.shows(data.values) if data.labels else False
    for index, value in enumerate(data.values):
        if value is None:
            continue
        x, broad = frame.slot(index)
        edges = sorted((frame.y(0), frame.y(value)))
        parts.append(tag("rect", x=x, y=edges[0], width=broad, height=edges[1] - edges[0], fill=colour))
        if fits:
            y = edges[0] - 6 if value >= 0 else edges[1] + 15
            parts.append(label(x + broad / 2, y, frame.short(value), anchor="middle", colour=svg.INK))
    return frame.drawn(data.title, data.about, data.labels, parts)


def stacked_bar_chart(data: StackedBars, width: float = WIDE) -> Svg:
    """Bars of parts, each part with a pattern of its own."""
    sums = [_sum(tuple(series.values[index] for series in data.series)) for index in range(len(data.labels))]
    keys = tuple(
        Key(s.name, svg.COLOURS[i % 5], pattern=svg.PATTERNS[i % 5]) for i, s in enumerate(data.series)
    )
    frame = Frame.of(width, data.unit, len(data.labels), [total for total in sums if total is not None], keys)
    parts, fits = [], frame.shows(sums) if sums else False
    for index, total in enumerate(sums):
        x, broad = frame.slot(index)
        height: Decimal | int = 0
        for series, key in zip(data.series, keys, strict=True):
            value = series.values[index]
            if not value:
                continue
            top, bottom = frame.y(height + value), frame.y(height)
            look = {"fill": svg.fill(key.pattern, key.colour, width), "stroke": key.colour, "stroke_width": 1}
            parts.append(tag("rect", x=x, y=top, width=broad, height=bottom - top, **look))
            height += value
        if total and fits:
            words = frame.short(total)
            parts.append(label(x + broad / 2, frame.y(total) - 6, words, anchor="middle", colour=svg.INK))
    return frame.drawn(data.title, data.about, data.labels, parts)


def line_chart(data: Lines, width: float = WIDE) -> Svg:
    """Lines with dashes and markers of their own; a None breaks the line."""
    values = [value for _, column in data.columns for value in column if value is not None]
    keys = [
        Key(series.name, svg.COLOURS[i % 5], dash=svg.DASHES[i % 5], marker=svg.MARKERS[i % 5])
        for i, series in enumerate(data.series)
    ]
    band_key = Key(data.band.name, svg.COLOURS[1], pattern="faint") if data.band else None
    level = [] if data.limit is None else [data.limit]
    frame = Frame.of(
        width,
        data.unit,
        len(data.labels),
        values + level if values else [],
        (*keys, *([band_key] if band_key else [])),
    )
    parts = []
    if data.band is not None and band_key is not None:
        for run in _runs(data.band.low, data.band.high):
            upper = [(frame.middle(i), frame.y(data.band.high[i] or 0)) for i in run]
            lower = [(frame.middle(i), frame.y(data.band.low[i] or 0)) for i in reversed(run)]
            parts.append(
                tag("path", d=f"{_path(upper + lower)}Z", fill=svg.fill("faint", band_key.colour, width))
            )
    if data.limit is not None and values:
        parts += limit_line(
            frame, data.limit, f"{data.limit_label} {written(data.limit, data.unit, data.decimals)}"
        )
    for series, key in zip(data.series, keys, strict=True):
        for run in _runs(series.values):
            points = [(frame.middle(i), frame.y(series.values[i] or 0)) for i in run]
            look = {"stroke": key.colour, "stroke_width": 2.5, "stroke_dasharray": key.dash or None}
            parts.append(tag("path", d=_path(points), fill="none", stroke_linejoin="round", **look))
            parts += [svg.marker(key.marker, x, y, key.colour) for x, y in points]
    return frame.drawn(data.title, data.about, data.labels, parts)


def budget_bar(data: Budget, width: float = WIDE) -> Svg:
    """One bar: spent, then committed, with marks for the budget and the forecast."""
    solid, hatch = svg.COLOURS[0], svg.COLOURS[1]
    used = data.spent + data.committed
    outcome = used if data.forecast is None else data.forecast
    spent = max(data.spent, 0)  # a credit makes no bar
    reach = max(data.budget, used, outcome, 1)
    left, right, top, height = 8.0, width - 8, 36.0, 40.0
    x = Scale(0.0, float(reach) * 1.04, left, right, 1.0)
    end, mark = x(data.budget), f"Budget {written(data.budget, 'kr')}"
    parts = [
        svg.patterns([("hatch", hatch)], width),
        tag("rect", x=left, y=top, width=right - left, height=height, fill="#e9edee", rx=3),
        tag("rect", x=left, y=top, width=x(spent) - left, height=height, fill=solid),
        tag("rect", x=x(spent), y=top, width=max(x(used) - x(spent), 0.0), height=height,
            fill=svg.fill("hatch", hatch, width), stroke=hatch, stroke_width=1),
    ]  # fmt: skip
    if outcome > data.budget:
        parts.append(tag("rect", x=end, y=top - 4, width=x(outcome) - end, height=height + 8, fill="none",
                         stroke=OVER, stroke_width=2, stroke_dasharray="4 3"))  # fmt: skip
    parts.append(tag("rect", x=end - 1.5, y=top - 12, width=3, height=height + 20, fill=svg.INK))
    parts.append(label(end, top - 18, mark, anchor=_anchor(end, mark, width), colour=svg.INK, bold=True))
    if data.forecast is not None:
        at, words = x(data.forecast), f"Prognos {written(data.forecast, 'kr')}{_excess(data)}"
        parts.append(
            svg.marker("diamond", at, top + height + 12, OVER if outcome > data.budget else solid, 5)
        )
        parts.append(
            label(at, top + height + 34, words, anchor=_anchor(at, words, width), colour=svg.INK, bold=True)
        )
    keys = (
        Key(f"Förbrukat {written(data.spent, 'kr')}", solid, pattern="solid"),
        Key(f"Intecknat {written(data.committed, 'kr')}", hatch, pattern="hatch"),
    )
    legend, rows = legend_of(keys, width, left, top + height + 62)
    return svg.drawing(width, top + height + 50 + rows * LEGEND_ROW, data.title, data.about, *parts, *legend)


def _excess(data: Budget) -> str:
    """What the forecast lacks, in words: colour alone must not say it."""
    over = (data.forecast or 0) - data.budget
    return f", {written(over, 'kr')} över" if over > 0 else ""


def _runs(*columns: tuple[Value, ...]) -> list[list[int]]:
    """Stretches of positions where every column has a value."""
    runs: list[list[int]] = []
    open_run = False
    for index, values in enumerate(zip(*columns, strict=True)):
        if any(value is None for value in values):
            open_run = False
            continue
        if not open_run:
            runs.append([])
        runs[-1].append(index)
        open_run = True
    return runs


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _anchor(x: float, words: str, width: float) -> str:
    """Where a text is anchored so that it stays inside the picture."""
    half = svg.text_width(words) / 2
    if x + half > width - 8:
        return "end"
    return "start" if x - half < 8 else "middle"


def _sum(values: tuple[Value, ...]) -> Value:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
