"""What the police collaboration adds to a case: three panels on its page, and what is due."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from avhopp.access.policy import may
from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from avhopp.kernel.workdays import add_workdays
from cases.models import Case, Decision
from cases.panels import Due, Panel
from cases.states import MeasureKind
from collaboration.models import Consent, Deviation, PoliceAssessment, RegisterCheck, ReleasePackage
from collaboration.models.release import police_reads
from collaboration.rules import ASSESSMENT_WARNING, CONSENT_WARNING, assessment_standing

SIDE_BY_SIDE = 3  # versions that a panel compares
RELEASE_COLUMNS = ("Referens", "Slag", "Mottagare", "Utlämnat", "Kan läsas till", "Läge", "Läst av polisen")


def load_assessment(case: Case, user: User, today: date, versions: int = SIDE_BY_SIDE) -> dict[str, Any]:
    """The current assessment with age and validity, and the latest versions side by side."""
    found = list(
        PoliceAssessment.objects.visible_to(user)
        .filter(case=case)
        .with_names()
        .order_by("-version")[: versions + 1]
    )
    current = found[0] if found else None
    return {
        "case": case,
        "today": today,
        "current": current,
        "standing": assessment_standing(current.valid_to, today) if current else None,
        "age": _age((today - current.received).days) if current else "",
        "headings": ["Del", *(f"Version {one.version}" for one in found[:versions])],
        "comparison": compare(found[:versions]),
        "has_more": len(found) > versions,
        "can_register": may(user, Can.WRITE_ASSESSMENT, case),
        "can_read": current is not None and current.waits and current.registered_by_id != user.pk,
    }


def compare(versions: list[PoliceAssessment]) -> list[list[str]]:
    """Rows of a table: each part, then its value in each version, the newest first, with changes in words."""
    parts = [
        ("Grad av kriminalitet", [one.get_crime_degree_display() for one in versions]),
        ("Hotbild", [one.get_threat_display() for one in versions]),
        ("Behov av skydd", [one.get_protection_need_display() for one in versions]),
    ]
    rows = [[label, *_with_changes(values)] for label, values in parts]
    rows.append(["Polisenhet", *(one.police_unit.name for one in versions)])
    rows.append(["Mottagen", *(one.received.isoformat() for one in versions)])
    rows.append(["Gäller till och med", *(one.valid_to.isoformat() for one in versions)])
    rows.append(["Andra läsning", *(_second_reading(one) for one in versions)])
    return rows


def load_sharing(case: Case, user: User, today: date, limit: int = 3) -> dict[str, Any]:
    """Consents, and the latest releases with their state and when the recipient read them."""
    consents = Consent.objects.visible_to(user).filter(case=case).select_related("recipient")
    packages = list(ReleasePackage.objects.visible_to(user).filter(case=case).with_names()[: limit + 1])
    return {
        "case": case,
        "today": today,
        "consents": [(one, consent_standing(one, today)) for one in consents],
        "releases": release_rows(packages[:limit]),
        "has_more": len(packages) > limit,
        "columns": RELEASE_COLUMNS,
        "can_consent": may(user, Can.WRITE_CONSENT, case),
        "can_release": case.is_open and may(user, Can.RELEASE, case),
    }


def release_rows(packages: list[ReleasePackage]) -> list[dict[str, Any]]:
    """Each package with its state in words and the time of the recipient's last reading."""
    reads = police_reads(package.pk for package in packages)
    now = timezone.now()
    return [
        {
            "package": one,
            "state": release_standing(one, now),
            "read_at": reads.get(one.pk),
            "is_open": one.is_open_at(now),
        }
        for one in packages
    ]


def release_standing(package: ReleasePackage, moment: Any) -> dict[str, str]:
    if package.closed_at is not None:
        return {"text": f"Stängt: {package.get_closed_because_display().lower()}", "tone": "neutral"}
    if package.has_ended_at(moment):
        return {"text": "Utgånget", "tone": "neutral"}
    if not package.is_open_at(moment):
        return {"text": "Har inte börjat", "tone": "info"}
    return {"text": "Öppet för mottagaren", "tone": "success"}


def consent_standing(consent: Consent, today: date) -> dict[str, str]:
    if consent.withdrawn is not None:
        return {"text": f"Återkallat {consent.withdrawn}", "tone": "neutral"}
    if consent.end < today:
        return {"text": "Utgånget", "tone": "neutral"}
    if consent.end <= today + CONSENT_WARNING:
        return {"text": "Går ut snart", "tone": "warning"}
    return {"text": "Gäller", "tone": "success"}


def load_checks(case: Case, user: User, today: date) -> dict[str, Any]:
    """Checks that are overdue or next, the last one made, and open deviations, acute ones first."""
    checks = RegisterCheck.objects.visible_to(user).filter(case=case)
    deviations = Deviation.objects.visible_to(user).filter(case=case, closed=None)
    return {
        "case": case,
        "today": today,
        "overdue": list(checks.overdue(today).order_by("planned")),
        "upcoming": checks.upcoming(today).first(),
        "last_done": checks.exclude(done=None).order_by("-done", "id").first(),
        "deviations": list(deviations.most_urgent_first()),
        "can_write": may(user, Can.WRITE_CHECKS, case),
    }


PANELS = [
    Panel(
        "bedomning",
        40,
        "Polisens bedömning",
        Can.SEE_ASSESSMENT,
        "collaboration/panel_assessment.html",
        load_assessment,
    ),
    Panel(
        "delning",
        45,
        "Samtycke och utlämnanden",
        Can.SEE_RELEASE,
        "collaboration/panel_sharing.html",
        load_sharing,
    ),
    Panel(
        "slagningar",
        50,
        "Slagningar och avvikelser",
        Can.SEE_CHECKS,
        "collaboration/panel_checks.html",
        load_checks,
    ),
]


def due_collaboration(case_ids: Iterable[UUID], user: User, today: date) -> list[Due]:
    """What is due with the police in these open cases. The labels say nothing of threat. Five queries."""
    ids = list(case_ids)
    return [
        *_assessments_due(ids, user, today),
        *_checks_due(ids, user, today),
        *_deviations_due(ids, user),
        *_consents_due(ids, user, today),
    ]


def _assessments_due(ids: list[UUID], user: User, today: date) -> list[Due]:
    found: list[Due] = []
    current = PoliceAssessment.objects.visible_to(user).current().filter(case_id__in=ids, case__closed=None)
    assessed = set()
    for one in current:
        assessed.add(one.case_id)
        url = reverse("case_assessments", args=[one.case_id])
        if one.valid_to < today:
            found.append(Due(one.case_id, "Polisens bedömning har gått ut: be om en ny", one.valid_to, url))
        elif one.valid_to <= today + ASSESSMENT_WARNING:
            found.append(Due(one.case_id, "Polisens bedömning går ut: be om en ny", one.valid_to, url))
        if one.waits:
            reading = reverse("second_reading", args=[one.case_id, one.pk])
            found.append(
                Due(
                    one.case_id, "Andra läsning av polisens bedömning", add_workdays(one.received, 1), reading
                )
            )
    if not role_can(user.role, Can.SEE_ASSESSMENT):
        return found  # missing only to those who would have seen it
    decided: dict[UUID, date] = {}
    for decision in _placing_decisions(ids, user, today):
        if decision.case_id not in assessed:
            decided[decision.case_id] = min(decided.get(decision.case_id, decision.decided), decision.decided)
    return found + [
        Due(case_id, "Polisens bedömning saknas: be om en", day, reverse("collaboration", args=[case_id]))
        for case_id, day in decided.items()
    ]


def _placing_decisions(ids: list[UUID], user: User, today: date) -> list[Decision]:
    decisions = Decision.objects.visible_to(user).filter(case_id__in=ids, case__closed=None)
    granted = decisions.exclude(outcome=Decision.Outcome.REJECTED).exclude(kind=MeasureKind.OUTPATIENT)
    return [one for one in granted if one.end is None or one.end >= today]


def _checks_due(ids: list[UUID], user: User, today: date) -> list[Due]:
    overdue = RegisterCheck.objects.visible_to(user).overdue(today).filter(case_id__in=ids, case__closed=None)
    return [
        Due(
            one.case_id,
            "Hör efter med polisen om planerad kontroll",
            one.planned,
            reverse("case_checks", args=[one.case_id]),
        )
        for one in overdue
    ]


def _deviations_due(ids: list[UUID], user: User) -> list[Due]:
    waiting = Deviation.objects.visible_to(user).unassessed().filter(case_id__in=ids, case__closed=None)
    return [
        Due(
            one.case_id,
            "Bedöm avvikelse",
            add_workdays(one.received, 1),
            reverse("deviation", args=[one.case_id, one.pk]),
        )
        for one in waiting
    ]


def _consents_due(ids: list[UUID], user: User, today: date) -> list[Due]:
    """The last consent to each recipient, when it ends within thirty days."""
    last: dict[tuple[UUID, UUID], Consent] = {}
    consents = Consent.objects.visible_to(user).filter(
        case_id__in=ids, case__closed=None, withdrawn=None, end__gte=today
    )
    for one in consents.order_by("end", "id"):
        last[one.case_id, one.recipient_id] = one
    return [
        Due(
            one.case_id,
            "Samtycke går ut: fråga om det ska förnyas",
            one.end,
            reverse("case_releases", args=[one.case_id]),
        )
        for one in last.values()
        if one.end <= today + CONSENT_WARNING
    ]


def _age(days: int) -> str:
    if days == 0:
        return "i dag"
    return "1 dag gammal" if days == 1 else f"{days} dagar gammal"


def _with_changes(values: list[str]) -> list[str]:
    older = [*values[1:], values[-1]] if values else []
    return [new if new == old else f"{new} (ändrad)" for new, old in zip(values, older, strict=True)]


def _second_reading(one: PoliceAssessment) -> str:
    if one.second_reader is not None:
        return f"Läst av {one.second_reader.name}"
    return "Väntar" if one.needs_second_reading else "Behövs inte"
