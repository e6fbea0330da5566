"""What in a file's invoices cannot be true together; what only the database knows it refuses by itself."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from avhopp.access.roles import Can, role_can
from reports.scenario.document import InvoiceLineRow, InvoiceRow, Row, ScenarioFault, StepRow
from reports.scenario.values import shown

#: Step -> the right that it takes, and the step that it follows.
STEPS = {
    "approved": (Can.WRITE_INVOICES, None),
    "rejected": (Can.WRITE_INVOICES, None),
    "attested": (Can.ATTEST_INVOICES, "approved"),
    "exported": (Can.EXPORT_INVOICES, "attested"),
    "paid": (Can.EXPORT_INVOICES, "exported"),
}
Faults = Iterator[ScenarioFault]


def invoice_faults(rows: Iterable[InvoiceRow], world: Any) -> list[ScenarioFault]:
    """`world` has the rows of the file and of the database by reference, as in `contradictions`."""
    rows = tuple(rows)
    return [
        fault for row in rows for fault in (*_lines(row, world), *_steps(row, world), *_exports(row, rows))
    ]


def _lines(row: InvoiceRow, world: Any) -> Faults:
    if not row.lines:
        yield ScenarioFault(f"{row.path}.lines", "En faktura har minst en rad.")
    for line in row.lines:
        yield from _line(line, row, world.get("placements", line.placement))


def _line(line: InvoiceLineRow, row: InvoiceRow, stay: Row | None) -> Faults:
    if stay is None:
        text = f"Okänd beteckning ”{shown(line.placement)}”: den finns inte i placements."
        yield ScenarioFault(f"{line.path}.placement", text)
    elif stay.provider != row.provider:  # type: ignore[attr-defined]
        yield ScenarioFault(f"{line.path}.placement", "Placeringen är hos en annan utförare.")
    if (line.start is None) != (line.end is None) or (line.kind == "dygn" and line.start is None):
        yield ScenarioFault(f"{line.path}.from", "Datum saknas: dygn har både from och to.")
    elif line.start is not None and line.end is not None and line.end <= line.start:
        yield ScenarioFault(f"{line.path}.to", "Dagen ligger inte efter from.")
    if line.frees_nights and (row.credits is None or line.kind != "dygn"):
        yield ScenarioFault(f"{line.path}.frees_nights", "Bara en kreditfaktura krediterar hela dygn.")
    if line.kind == "annat" and line.quantity is None:
        yield ScenarioFault(f"{line.path}.quantity", "Nyckeln saknas: det som inte är dygn har ett antal.")


def _steps(row: InvoiceRow, world: Any) -> Faults:
    if not _may(world, row.registered_by, Can.WRITE_INVOICES):
        yield ScenarioFault(f"{row.path}.registered_by", "Användarens roll kan inte registrera fakturor.")
    if row.approved is not None and row.rejected is not None:
        yield ScenarioFault(f"{row.path}.rejected", "Fakturan är godkänd, och kan inte också vara avvisad.")
    for name, (can, after) in STEPS.items():
        step: StepRow | None = getattr(row, name)
        if step is None:
            continue
        if not _may(world, step.by, can):
            yield ScenarioFault(
                f"{step.path}.by", "Användaren finns inte, eller har en roll som inte kan det."
            )
        before: StepRow | None = getattr(row, after) if after else None
        if after and before is None:
            yield ScenarioFault(step.path, f"Steget {after} saknas.")
        earliest: date = before.on if before else row.dated
        if step.on < earliest:
            yield ScenarioFault(f"{step.path}.on", f"Dagen ligger före {after or 'date'}.")
    if row.attested and row.attested.by in (row.registered_by, row.approved.by if row.approved else None):
        yield ScenarioFault(
            f"{row.attested.path}.by", "Den som har registrerat eller godkänt fakturan attesterar den inte."
        )


def _exports(row: InvoiceRow, rows: Iterable[InvoiceRow]) -> Faults:
    """An export takes everything that is attested: nothing of the file is left behind by one."""
    for other in rows:
        taken = other.exported
        if row.attested is None or taken is None or row.attested.on > taken.on:
            continue
        if row.exported is None or row.exported.on > taken.on:
            yield ScenarioFault(
                f"{row.path}.exported",
                f"Exporten {taken.on} tar med alla attesterade fakturor, också den här.",
            )
            return


def _may(world: Any, username: str, can: Can) -> bool:
    user = world.get("users", username)
    return user is not None and role_can(user.role, can)
