"""What every row of a scenario file has. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    path: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        """What the row is known by when it is met again; the rest are its facts."""
        return (self.ref,)  # type: ignore[attr-defined]

    @property
    def key_name(self) -> str:
        """The name in the file of what makes the row unique."""
        return "ref"
