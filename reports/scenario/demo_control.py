"""The demonstration's control of its providers, its price lists, and where it seeks money. All invented."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from avhopp.kernel.periods import add_months
from placements.actions import oversight
from placements.actions.agreements import AgreementFacts, NewPrice, add_price, change_agreement
from placements.actions.applications import GrantTerms, ask_completion, draft_application
from placements.actions.programmes import ProgrammeFacts, add_programme
from placements.actions.providers import ProviderFacts, change_provider, verify_permit
from placements.agreement_rules import next_index_day
from placements.criteria import LABELS
from placements.models import FrameworkAgreement, GrantApplication, Provider

if TYPE_CHECKING:
    from reports.scenario.demo_extras import Stage

#: County, target groups and months since the permit was looked up, one provider after the other.
FACTS = (
    ("04", ("Beroende", "Kriminalitet"), 4),
    ("05", ("Kriminalitet", "Skyddsbehov"), 14),
    ("01", ("Kriminalitet",), 2),
    ("14", ("Psykisk ohälsa", "Skyddsbehov"), 7),
)
GRANT_CASE = "A2"


def control_of_providers(stage: "Stage") -> None:
    """Facts and permits of the first providers; the first of them has been visited, the second not."""
    by, today = stage.people["siri"], stage.today
    on = {"by": by, "today": today}
    homes = list(Provider.objects.visible_to(by)[: len(FACTS)])
    for number, (home, (county, groups, months)) in enumerate(zip(homes, FACTS, strict=False)):
        facts = ProviderFacts(
            home.name, home.kind, home.code, county=county, target_groups=groups, age_from=18, age_to=30,
            permit_number=f"DEMO-{number + 1}",
        )  # fmt: skip
        change_provider(provider=home, facts=facts, **on)
        checked = add_months(today, -months)
        verify_permit(provider=home, permit_number=facts.permit_number, on=checked, by=by, today=today)
        oversight.add_contact(
            provider=home, name="Föreståndaren", role="Föreståndare", phone="08-000 00 00", email="", **on
        )
    if not homes:
        return
    oversight.record_visit(
        provider=homes[0], made_on=stage.ago(60), next_on=stage.ahead(20), **on,
        result="Lokalerna är bra och bemanningen följer avtalet (påhittat).",
    )  # fmt: skip
    oversight.report_incident(
        provider=homes[0], happened_on=stage.ago(12), severity="medel", **on,
        text="Nattpersonal saknades en natt (påhittat).",
    )  # fmt: skip
    remark = oversight.RemarkFacts(stage.ago(40), "IVO 0000-1", "Brister i dokumentationen (påhittat).")
    oversight.record_remark(provider=homes[0], facts=remark, **on)


def price_lists(stage: "Stage") -> None:
    """One agreement has an index clause, a higher price next year and an end that comes near."""
    by, today = stage.people["siri"], stage.today
    agreement = FrameworkAgreement.objects.visible_to(by).in_force_on(today).order_by("ref").first()
    if agreement is None:
        return
    facts = replace(
        AgreementFacts.of(agreement), parties="Kommunen och utföraren (påhittat)", registry_no="DEMO 1",
        ranking=1, notice_months=6, index_clause="Priset följer index varje april.",
        index_name="Demoindex", index_month=4, index_share=Decimal("0.6"), end=stage.ahead(85),
    )  # fmt: skip
    change_agreement(agreement=agreement, facts=facts, reason="Kompletterat", by=by, today=today)
    day = min(next_index_day(4, today), stage.ahead(60))
    price = NewPrice(day, agreement.rate + 90, basis="Demoindex 100 till 105, 60 procent av priset")
    add_price(agreement=agreement, price=price, by=by, today=today)
    stronger = NewPrice(today, agreement.rate + 850, level="Förstärkt", basis="Avtalets bilaga 2 (påhittat)")
    add_price(agreement=agreement, price=stronger, by=by, today=today)


def grant_programme(stage: "Stage") -> None:
    """A programme, a draft in it, and a sent application whose completion is asked for."""
    by, today = stage.people["siri"], stage.today
    programme = add_programme(
        facts=ProgrammeFacts(
            name="Stöd i avhopparärenden (påhittat)", giver="Polismyndigheten",
            start=date(today.year, 1, 1), end=None, share=Decimal("0.5"), apply_by=stage.ahead(25),
            account_by=stage.ahead(55), criteria=tuple(LABELS), rules="Gäller en persons kostnader.",
        ),
        by=by, today=today,
    )  # fmt: skip
    case = stage.cases.get(GRANT_CASE)
    if case is not None and case.is_open:
        terms = GrantTerms(programme, stage.ago(60), stage.ahead(30))
        draft_application(case=case, applied=Decimal(120_000), terms=terms, by=by, today=today)
    sent = GrantApplication.objects.visible_to(by).filter(status=GrantApplication.Status.SENT)
    waiting = sent.filter(case__closed=None, sent__lte=stage.ago(5)).order_by("-sent", "pk").first()
    if waiting is not None:
        ask_completion(
            application=waiting, asked=stage.ago(3), due=stage.ahead(11), by=by, today=today,
            what="Kostnad per dygn och beräknad tid (påhittat).",
        )  # fmt: skip
