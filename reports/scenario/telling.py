"""The events of what a file tells: the timeline shows each on the day it happened, and what is missing."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.models import Event
from cases.models import Case, Decision
from cases.states import MeasureKind
from collaboration.models import Consent, PoliceAssessment
from placements.models import Placement
from placements.procurement import telling as steps
from placements.procurement.models import Inquiry, Offer
from reports.scenario.batches import BATCH
from reports.scenario.gaps import Gap

REASON = "Inläst från fil"


@dataclass
class Teller:
    """Collects the events of one load; `today` is the day of the load, and nothing later is told as done."""

    by: User
    today: date

    def __post_init__(self) -> None:
        self.events: list[Event] = []

    def opened(self, case: Case) -> None:
        text = "Ärendet öppnades."
        self._tell(case.pk, "arende_oppnat", Can.SEE_CASE, case.received, text, case.pk)
        self._tell(
            case.pk, "arende_inlast", Can.SEE_CASE, self.today, "Ärendet lästes in från en fil.", case.pk
        )
        if case.closed is not None:
            text = f"Ärendet avslutades: {case.get_closing_reason_display().lower()}."
            self._tell(case.pk, "arende_avslutat", Can.SEE_CASE, case.closed, text, case.pk)

    def assessed(self, row: PoliceAssessment) -> None:
        text = f"Polisens bedömning, version {row.version}, från {row.police_unit.name}."
        self._tell(row.case_id, "bedomning_registrerad", Can.SEE_ASSESSMENT, row.received, text, row.pk)

    def consented(self, row: Consent) -> None:
        text = f"Samtycke till att lämna uppgifter till {row.recipient.name}."
        self._tell(row.case_id, "samtycke_inhamtat", Can.SEE_CONSENT, row.start, text, row.pk)
        if row.withdrawn is not None:
            text = f"Samtycket till {row.recipient.name} återkallades."
            self._tell(row.case_id, "samtycke_aterkallat", Can.SEE_CONSENT, row.withdrawn, text, row.pk)

    def decided(self, row: Decision) -> None:
        kind = MeasureKind(row.kind).label
        self._tell(
            row.case_id, "beslut_fattat", Can.SEE_DECISION, row.decided, f"Beslut: bifall, {kind}.", row.pk
        )
        if row.enforced is not None:
            text = f"Beslutet om {kind} verkställdes."
            self._tell(row.case_id, "beslut_verkstallt", Can.SEE_DECISION, row.enforced, text, row.pk)

    def placed(self, row: Placement) -> None:
        kind = MeasureKind(row.decision.kind).label
        if row.start is None:
            text = f"{kind} planerades från {row.planned_start}."
            self._tell(row.case_id, "placering_planerad", Can.SEE_PLACEMENT, self.today, text, row.pk)
            return
        self._tell(row.case_id, "placerad", Can.SEE_PLACEMENT, row.start, f"{kind} började.", row.pk)
        if row.end is not None and row.end <= self.today:
            self._tell(
                row.case_id, "placering_avslutad", Can.SEE_PLACEMENT, row.end, f"{kind} slutade.", row.pk
            )

    def searched(self, row: Inquiry, offers: Iterable[Offer]) -> None:
        """How a place was looked for and found: each step as the pages tell it, on its day."""
        offers, code = list(offers), row.code
        told = [(row.made_on, steps.written(code))]
        for day, number in Counter(one.asked_on for one in offers).items():
            told.append((day, steps.asked(code, number)))
        for one in offers:
            if one.answered_on is not None:
                declined = one.state == Offer.State.DECLINED
                told.append((one.answered_on, steps.answered(code, declined=declined)))
        if row.chosen is not None and row.chosen_on is not None:
            told.append((row.chosen_on, steps.chosen(code, outside=row.chosen.is_outside)))
        if row.approved_on is not None and row.approved_to is not None:
            told.append((row.approved_on, steps.approved(code, row.approved_to)))
        if row.placement is not None:
            began = row.placement.start or self.today
            told.append((min(began, self.today), steps.placed(code)))
        for day, (kind, text) in told:
            self._tell(row.case_id, kind, Can.SEE_INVESTIGATION, day, text, row.pk)

    def lacking(self, found: Iterable[Gap], new_cases: dict[str, Case]) -> None:
        """What the new cases lack, one event for each kind of information."""
        texts: dict[tuple[str, Can], list[str]] = defaultdict(list)
        for gap in found:
            if gap.case in new_cases:
                texts[gap.case, gap.requires].append(gap.text)
        for (ref, requires), missing in texts.items():
            case = new_cases[ref]
            text = f"Saknas i den inlästa filen: {'; '.join(dict.fromkeys(missing))}."
            self._tell(case.pk, "saknas_i_inlasning", requires, self.today, text, case.pk)

    def write(self) -> None:
        Event.objects.bulk_create(self.events, batch_size=BATCH)

    def _tell(self, case: UUID, kind: str, requires: Can, on: date, text: str, thing: UUID) -> None:
        self.events.append(
            Event(
                actor_id=self.by.pk,
                actor_name=self.by.name,
                municipality_id=self.by.municipality_id,
                case_id=case,
                requires=requires.value,
                kind=kind,
                occurred_on=on,
                text=text,
                reason=REASON,
                object_id=thing,
            )
        )
