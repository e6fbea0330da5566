"""A level for each period, with a step where one period follows another: prices, for example."""

from dataclasses import dataclass

from avhopp.pages import svg
from avhopp.pages.axes import NARROW, WIDE, Frame, Value
from avhopp.pages.charts import Chart
from avhopp.pages.svg import Svg, label, tag


@dataclass(frozen=True, kw_only=True)
class Steps(Chart):
    """One level for each label; the labels say when it begins. `name` is what the level is, for the table."""

    name: str
    values: tuple[Value, ...]

    @property
    def columns(self) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        return ((self.name, self.values),)

    @property
    def svg(self) -> Svg:
        return step_chart(self)

    @property
    def narrow(self) -> Svg:
        return step_chart(self, NARROW)


def step_chart(data: Steps, width: float = WIDE) -> Svg:
    """A level line over each period, joined by a thinner line where the level changes; a None breaks it."""
    known = [value for value in data.values if value is not None]
    frame = Frame.of(width, data.unit, len(data.labels), known)
    colour, parts = svg.COLOURS[0], []
    fits = frame.shows(data.values) if data.labels else False
    before: float | None = None
    for index, value in enumerate(data.values):
        if value is None:
            before = None
            continue
        left, y = frame.middle(index) - frame.pitch / 2, frame.y(value)
        if before is not None:
            parts.append(tag("line", x1=left, x2=left, y1=before, y2=y, stroke=colour, stroke_width=1.5))
        parts.append(tag("line", x1=left, x2=left + frame.pitch, y1=y, y2=y, stroke=colour, stroke_width=4))
        if fits:
            words = frame.short(value)
            parts.append(label(frame.middle(index), y - 8, words, anchor="middle", colour=svg.INK))
        before = y
    return frame.drawn(data.title, data.about, data.labels, parts)
