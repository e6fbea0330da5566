"""The demonstration's inquiry for a place, with its offers, and a mark that two are not to share one."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from avhopp.kernel.swedish_sql import SwedishKey
from cases.models import Case
from placements.actions.apart import mark_apart
from placements.models import Provider
from placements.procurement.actions.asking import Answer, Wish, ask_providers, record_offer, write_inquiry
from placements.procurement.models import Offer

if TYPE_CHECKING:
    from reports.scenario.demo_extras import Stage

#: The case that is looking for a place, and the one whose person is not to be met there.
LOOKING, OTHER = "A4", "A1"
#: What the first provider offers, the second and so on; None declines.
RATES = (Decimal(2950), Decimal("2780.50"), None)


def inquiry_for_a_place(stage: "Stage") -> None:
    """The handler asked every HVB and got answers from the first three."""
    case = _open(stage, LOOKING)
    if case is None:
        return
    by, today = stage.people["asta"], stage.today
    wish = Wish(
        kind="hvb", age_span="18_24", needs=("bemannat_dygnet_runt", "samtalsstod"),
        start_from=stage.ahead(14), start_to=stage.ahead(45), months=6, county="utanfor_lanet",
        text="Personen vill gärna studera (påhittat).",
    )  # fmt: skip
    inquiry = write_inquiry(case=case, wish=wish, by=by, today=today)
    homes = list(Provider.objects.visible_to(by).open_for_placements(today).filter(kind="hvb"))
    if not homes:
        return
    ask_providers(inquiry=inquiry, providers=homes, how="telefon", on=today, by=by, today=today)
    offers = Offer.objects.filter(inquiry=inquiry).order_by(SwedishKey("provider__name"))
    for offer, rate in zip(offers, RATES, strict=False):
        answer = Answer(on=today, declined=True)
        if rate is not None:
            start = today + timedelta(days=20)
            answer = Answer(on=today, declined=False, rate=rate, start=start, fits=True, distance="grannlan")
        record_offer(offer=offer, answer=answer, by=by, today=today)


def not_in_the_same_place(stage: "Stage") -> None:
    """The coordinator marked two cases."""
    one, other = _open(stage, LOOKING), _open(stage, OTHER)
    if one is not None and other is not None:
        mark_apart(one=one, other=other, by=stage.people["siri"], today=stage.today)


def _open(stage: "Stage", ref: str) -> Case | None:
    case = stage.cases.get(ref)
    return case if case is not None and case.is_open else None
