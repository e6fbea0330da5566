"""What the police collaboration adds to a case: three panels on its page, and what is due."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from avhopp.access.policy import may
from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from avhopp.kernel.workdays import add_workdays
from cases.due import of_open_cases
from cases.models import Case, Decision
from cases.panels import Brief, Due, Panel
from cases.states import MeasureKind
from cases.together import Found, Parts, Rows
from cases.visibility import CaseScopedQuerySet
from collaboration.models import Consent, Deviation, PoliceAssessment, RegisterCheck, ReleasePackage
from collaboration.models.release import police_reads
from collaboration.rules import ASSESSMENT_WARNING, CONSENT_WARNING, assessment_standing

SIDE_BY_SIDE = 3  # versions that a panel compares
PACKAGES_SHOWN = 3
RELEASE_COLUMNS = ("Referens", "Slag", "Mottagare", "Utlämnat", "Kan läsas till", "Läge", "Läst av polisen")


def assessment_rows(case: Case, user: User, versions: int = SIDE_BY_SIDE) -> Parts:
    """The latest versions."""
    found = PoliceAssessment.objects.visible_to(user).filter(case=case).order_by("-version")
    return {"versions": Rows(found[:versions], {"police_unit": ("name",), "second_reader": ("name",)})}


def load_assessment(
    case: Case, user: User, today: date, rows: Found, versions: int = SIDE_BY_SIDE
) -> dict[str, Any]:
    """The current assessment with age and validity, and the latest versions side by side."""
    found = rows["versions"]
    current = found[0] if found else None
    can_register = may(user, Can.WRITE_ASSESSMENT, case)
    return {
        "brief": None if current else _not_assessed(case, can_register),
        "case": case,
        "today": today,
        "current": current,
        "standing": assessment_standing(current.valid_to, today, current.withdrawn) if current else None,
        "age": _age((today - current.received).days) if current else "",
        "headings": ["Del", *(f"Version {one.version}" for one in found[:versions])],
        "comparison": compare(found[:versions]),
        "can_register": can_register,
        "can_withdraw": current is not None
        and current.withdrawn is None
        and case.is_open
        and may(user, Can.WRITE_ASSESSMENT, case),
        "can_read": current is not None and current.waits and current.registered_by_id != user.pk,
    }


def _not_assessed(case: Case, can_register: bool) -> Brief:
    if not can_register:
        return Brief("Ingen bedömning ännu. Samordnaren registrerar den när polisens handling har kommit.")
    url = reverse("assessment_new", args=[case.pk])
    return Brief("Ingen bedömning ännu. Be polisen om en.", (("Registrera polisens bedömning", url),))


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
    if any(one.withdrawn for one in versions):
        rows.append(["Återkallad", *(f"{one.withdrawn}" if one.withdrawn else "Nej" for one in versions)])
    return rows


def sharing_rows(case: Case, user: User, limit: int = PACKAGES_SHOWN) -> Parts:
    """Consents and the latest packages."""
    packages = ReleasePackage.objects.visible_to(user).filter(case=case)[:limit]
    return {
        "consents": Rows(Consent.objects.visible_to(user).filter(case=case), {"recipient": ("name",)}),
        "packages": Rows(packages, {"recipient": ("name",)}),
    }


def load_sharing(
    case: Case, user: User, today: date, found: Found, limit: int = PACKAGES_SHOWN
) -> dict[str, Any]:
    """Consents, and the latest releases with their state and when the recipient read them."""
    packages = found["packages"][:limit]
    can_consent = may(user, Can.WRITE_CONSENT, case)
    can_release = case.is_open and may(user, Can.RELEASE, case)
    links = [("Registrera samtycke", reverse("consent_new", args=[case.pk]))] if can_consent else []
    links += [("Lämna ut till polisen", reverse("release_new", args=[case.pk]))] if can_release else []
    nothing = Brief("Inget samtycke är registrerat, och inget är utlämnat till polisen.", tuple(links))
    return {
        "brief": None if packages or found["consents"] else nothing,
        "case": case,
        "today": today,
        "consents": [(one, consent_standing(one, today)) for one in found["consents"]],
        "releases": release_rows(packages),
        "columns": RELEASE_COLUMNS,
        "can_consent": can_consent,
        "can_release": can_release,
    }


def release_rows(packages: Sequence[ReleasePackage]) -> list[dict[str, Any]]:
    """Each package with its state in words and the time of the recipient's last reading."""
    reads = police_reads(package.pk for package in packages) if packages else {}
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


def check_rows(case: Case, user: User) -> Parts:
    """Every check of the case, the latest first, and the open deviations, acute ones first."""
    deviations = Deviation.objects.visible_to(user).filter(case=case, closed=None)
    return {
        "checks": Rows(RegisterCheck.objects.visible_to(user).filter(case=case)),
        "deviations": Rows(deviations.most_urgent_first()),
    }


def load_checks(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """Checks that are overdue or next, the last one made, and open deviations, acute ones first."""
    planned = [one for one in reversed(found["checks"]) if one.done is None]
    made = [one for one in found["checks"] if one.done is not None]
    can_plan, can_report = (may(user, right, case) for right in (Can.WRITE_CHECKS, Can.WRITE_DEVIATIONS))
    links = [
        (label, reverse(name, args=[case.pk]))
        for allowed, label, name in (
            (can_plan, "Planera slagning", "check_plan"),
            (can_report, "Registrera avvikelse", "deviation_new"),
        )
        if allowed
    ] or [("Alla", reverse("case_checks", args=[case.pk]))]
    nothing = Brief("Ingen slagning är planerad. Inga öppna avvikelser.", tuple(links))
    return {
        "brief": None if found["checks"] or found["deviations"] else nothing,
        "case": case,
        "today": today,
        "overdue": [one for one in planned if one.planned < today],
        "upcoming": next((one for one in planned if one.planned >= today), None),
        "last_done": max(made, key=lambda one: one.done, default=None),
        "deviations": found["deviations"],
        "can_plan": can_plan,
        "can_report": can_report,
    }


PANELS = [
    Panel(
        "bedomning",
        40,
        "Polisens bedömning",
        Can.SEE_ASSESSMENT,
        "collaboration/panel_assessment.html",
        assessment_rows,
        load_assessment,
        "shield",
        ("Alla bedömningar", "case_assessments"),
    ),
    Panel(
        "delning",
        45,
        "Samtycke och utlämnanden",
        Can.SEE_RELEASE,
        "collaboration/panel_sharing.html",
        sharing_rows,
        load_sharing,
        "send",
        ("Alla utlämnanden", "case_releases"),
    ),
    Panel(
        "slagningar",
        50,
        "Slagningar och avvikelser",
        Can.SEE_CHECKS,
        "collaboration/panel_checks.html",
        check_rows,
        load_checks,
        "scan-eye",
        ("Alla slagningar och avvikelser", "case_checks"),
    ),
]


def due_collaboration(user: User, today: date) -> list[Due]:
    """What is due with the police in these open cases. The labels say nothing of threat. One query."""
    open_ones = of_open_cases(user)
    first, *others = (_days(what, rows.filter(open_ones), user) for what, rows in _sources(today))
    found = list(first.union(*others, all=True))
    assessed = {case_id for what, case_id, _, _ in found if what in ("assessment", "withdrawn")}
    due = [_due(what, case_id, id, day, today) for what, case_id, id, day in found if what != "decision"]
    if role_can(user.role, Can.SEE_ASSESSMENT):  # missing only to those who would have seen it
        due += [_missing(case_id, day) for case_id, day in _first_placing(found) if case_id not in assessed]
    return [one for one in due if one is not None]


def _sources(today: date) -> list[tuple[str, CaseScopedQuerySet]]:
    """What may be due, each with the day that it is counted from as `day`."""
    assessments = PoliceAssessment.objects.standing()
    taken_back = PoliceAssessment.objects.taken_back()
    placing = Decision.objects.exclude(outcome=Decision.Outcome.REJECTED).exclude(kind=MeasureKind.OUTPATIENT)
    consents = Consent.objects.filter(withdrawn=None, end__gte=today)
    last_consents = consents.order_by("case_id", "recipient_id", "-end", "-id").distinct("case", "recipient")
    return [
        ("assessment", assessments.annotate(day=F("valid_to"))),
        ("withdrawn", taken_back.annotate(day=F("withdrawn"))),
        ("second_reading", assessments.waiting().annotate(day=F("received"))),
        ("decision", placing.filter(Q(end=None) | Q(end__gte=today)).annotate(day=F("decided"))),
        ("check", RegisterCheck.objects.overdue(today).annotate(day=F("planned"))),
        ("deviation", Deviation.objects.unassessed().annotate(day=F("received"))),
        ("consent", last_consents.annotate(day=F("end"))),
    ]


def _days(what: str, rows: CaseScopedQuerySet, user: User) -> QuerySet:
    return rows.visible_to(user).values_list(Value(what, CharField()), "case_id", "id", "day")


def _first_placing(found: Iterable[tuple[str, UUID, UUID, date]]) -> Iterable[tuple[UUID, date]]:
    """Each case with a decision on a place that holds, and the day of the first one."""
    first: dict[UUID, date] = {}
    for what, case_id, _, day in found:
        if what == "decision":
            first[case_id] = min(first.get(case_id, day), day)
    return first.items()


def _missing(case_id: UUID, day: date) -> Due:
    return Due(case_id, "Polisens bedömning saknas: be om en", day, reverse("collaboration", args=[case_id]))


def _due(what: str, case_id: UUID, id: UUID, day: date, today: date) -> Due | None:
    """The thing that is due, or None when its day is far off."""
    if what == "assessment":
        if day > today + ASSESSMENT_WARNING:
            return None
        text = "har gått ut" if day < today else "går ut"
        url = reverse("case_assessments", args=[case_id])
        return Due(case_id, f"Polisens bedömning {text}: be om en ny", day, url)
    if what == "withdrawn":
        url = reverse("case_assessments", args=[case_id])
        return Due(case_id, "Polisens bedömning är återkallad: be om en ny", add_workdays(day, 1), url)
    if what == "second_reading":
        url = reverse("second_reading", args=[case_id, id])
        return Due(case_id, "Andra läsning av polisens bedömning", add_workdays(day, 1), url)
    if what == "check":
        url = reverse("case_checks", args=[case_id])
        return Due(case_id, "Hör efter med polisen om planerad kontroll", day, url)
    if what == "deviation":
        url = reverse("deviation", args=[case_id, id])
        return Due(case_id, "Bedöm avvikelse", add_workdays(day, 1), url)
    if day > today + CONSENT_WARNING:
        return None
    url = reverse("case_releases", args=[case_id])
    return Due(case_id, "Samtycke går ut: fråga om det ska förnyas", day, url)


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
    if one.is_unread:
        return "Väntar" if one.waits else "Gjordes inte"
    return "Behövs inte"
