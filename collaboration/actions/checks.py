"""The police's register checks, as occurrences, and what deviates. Never extracts from registers (R-06)."""

from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case
from collaboration.actions.cases import demand_not_later, demand_within, locked_case
from collaboration.models import Deviation, RegisterCheck


@dataclass(frozen=True)
class NewDeviation:
    """What was reported, in neutral words: when, from whom, how."""

    origin: str
    received: date
    channel: str
    text: str
    police_unit: PoliceUnit | None = None
    check_made: RegisterCheck | None = None


def plan_checks(*, case: Case, days: list[date], by: User, today: date) -> int:
    """Plan checks on these days; days that are planned already stay as they are. Gives the number added.

    Raises:
        Refused: codes `not_allowed`, `case_closed`, `all_planned`.
    """
    demand(by, Can.WRITE_CHECKS, case)
    case = locked_case(case)
    demand_within(case, max(days), "first")
    there = set(RegisterCheck.objects.filter(case=case, planned__in=days).values_list("planned", flat=True))
    for day in days:
        if day not in there:
            RegisterCheck(case=case, planned=day).save(force_insert=True)
    added = len(set(days) - there)
    if not added:
        raise Refused("all_planned", "Det finns redan en slagning planerad den dagen.", field="first")
    record(
        by=by, case=case, kind="slagning_planerad", requires=Can.SEE_CHECKS, on=today,
        text="En slagning planerades." if added == 1 else f"{added} slagningar planerades.",
    )  # fmt: skip
    return added


def record_check(
    *, check: RegisterCheck, done: date, deviation: bool, by: User, today: date
) -> RegisterCheck:
    """The police have made the check, with or without deviation.

    Raises:
        Refused: codes `not_allowed`, `already_done`, `in_the_future`.
    """
    demand(by, Can.WRITE_CHECKS, check)
    case = locked_case(check.case)
    check = RegisterCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if check.done is not None:
        raise Refused("already_done", "Slagningen är redan registrerad.")
    demand_not_later(done, today, "done")
    check.done = done
    check.deviation = deviation
    check.save(update_fields=["done", "deviation"])
    record(
        by=by, case=case, kind="slagning_utford", requires=Can.SEE_CHECKS, on=done,
        text="Polisen har gjort en slagning, " + ("med avvikelse." if deviation else "utan anmärkning."),
        object_id=check.pk,
    )  # fmt: skip
    return check


def register_deviation(*, case: Case, new: NewDeviation, by: User, today: date) -> Deviation:
    """A deviation has come in. It proves nothing; it is to be assessed.

    Raises:
        Refused: codes `not_allowed`, `case_closed`, `in_the_future`, `no_police_unit`, `no_text`.
    """
    demand(by, Can.WRITE_DEVIATIONS, case)
    case = locked_case(case)
    demand_not_later(new.received, today, "received")
    demand_within(case, new.received, "received")
    from_police = new.origin == Deviation.Origin.POLICE
    if from_police and new.police_unit is None:
        raise Refused("no_police_unit", "Välj vilken polisenhet avvikelsen kom från.", field="police_unit")
    if not new.text.strip():
        raise Refused("no_text", "Beskriv kort vad som avviker.", field="text")
    deviation = Deviation(
        case=case,
        check_made=new.check_made,
        origin=new.origin,
        police_unit=new.police_unit if from_police else None,
        received=new.received,
        channel=new.channel.strip(),
        text=new.text.strip(),
    )
    deviation.save(force_insert=True)
    record(
        by=by, case=case, kind="avvikelse_inkom", requires=Can.SEE_CHECKS, on=new.received,
        text="En avvikelse registrerades.", object_id=deviation.pk,
    )  # fmt: skip
    return deviation


def assess_deviation(*, deviation: Deviation, severity: str, by: User, today: date) -> Deviation:
    """Say how serious it is; a new assessment of the same deviation replaces the severity.

    Raises:
        Refused: codes `not_allowed`, `deviation_closed`.
    """
    demand(by, Can.WRITE_DEVIATIONS, deviation)
    case, deviation = _open(deviation)
    deviation.severity = Deviation.Severity(severity)
    deviation.assessed = today
    deviation.save(update_fields=["severity", "assessed"])
    record(
        by=by, case=case, kind="avvikelse_bedomd", requires=Can.SEE_CHECKS, on=today,
        text=f"Avvikelsen bedömdes: {deviation.get_severity_display().lower()}.", object_id=deviation.pk,
    )  # fmt: skip
    return deviation


def decide_measure(*, deviation: Deviation, measure: str, by: User, today: date) -> Deviation:
    """What is done because of the deviation.

    Raises:
        Refused: codes `not_allowed`, `deviation_closed`, `not_assessed`, `no_measure`.
    """
    demand(by, Can.WRITE_DEVIATIONS, deviation)
    case, deviation = _open(deviation)
    _demand_assessed(deviation)
    if not measure.strip():
        raise Refused("no_measure", "Skriv vad ni gör med anledning av avvikelsen.", field="measure")
    deviation.measure = measure.strip()
    deviation.save(update_fields=["measure"])
    record(
        by=by, case=case, kind="avvikelse_atgard", requires=Can.SEE_CHECKS, on=today,
        text="Åtgärd med anledning av avvikelsen beslutades.", object_id=deviation.pk,
    )  # fmt: skip
    return deviation


def close_deviation(*, deviation: Deviation, by: User, today: date) -> Deviation:
    """The deviation is dealt with.

    Raises:
        Refused: codes `not_allowed`, `deviation_closed`, `not_assessed`, `no_measure`.
    """
    demand(by, Can.WRITE_DEVIATIONS, deviation)
    case, deviation = _open(deviation)
    _demand_assessed(deviation)
    if not deviation.measure:
        raise Refused("no_measure", "Skriv vad ni har gjort innan du avslutar avvikelsen.")
    deviation.closed = today
    deviation.save(update_fields=["closed"])
    record(
        by=by, case=case, kind="avvikelse_avslutad", requires=Can.SEE_CHECKS, on=today,
        text="Avvikelsen avslutades.", object_id=deviation.pk,
    )  # fmt: skip
    return deviation


def _open(deviation: Deviation) -> tuple[Case, Deviation]:
    case = locked_case(deviation.case)
    deviation = Deviation.objects.select_for_update(of=("self",)).get(pk=deviation.pk)
    if deviation.closed is not None:
        raise Refused("deviation_closed", "Avvikelsen är avslutad. Registrera en ny om något har hänt.")
    return case, deviation


def _demand_assessed(deviation: Deviation) -> None:
    if not deviation.severity:
        raise Refused("not_assessed", "Bedöm hur allvarlig avvikelsen är först.")
