"""What follows, on the police's side, when a case takes a step."""

import pytest

from avhopp.access.context import acting
from cases.actions.case_state import Closing, take_step
from cases.followers import Step, follow
from cases.models import Decision, Investigation
from cases.states import CaseEvent
from collaboration.models import AssessmentUse, ReleasePackage


@pytest.fixture
def decision(cast, case, today) -> Decision:
    made = Decision(case=case, kind="hvb", decided=today)
    with acting(cast.asta):
        made.save(force_insert=True)
    return made


def test_a_decision_remembers_the_version_of_the_assessment_that_it_relied_on(cast, case, assess, decision):
    assess(threat="ingen_eller_forhojd")
    relied_on = assess(threat="ingen_eller_forhojd", crime_degree="medel")
    with acting(cast.asta):
        follow(Step.DECIDED, case=case, thing=decision, by=cast.asta)
        use = AssessmentUse.objects.select_related("assessment", "decision").get()
    assert (use.assessment, use.decision, use.investigation) == (relied_on, decision, None)


def test_an_investigation_remembers_it_too_and_the_page_says_so(cast, case, assess, today, as_):
    assess()
    with acting(cast.asta):
        investigation = Investigation(case=case, opened=today, due=today)
        investigation.save(force_insert=True)
        follow(Step.INVESTIGATION_CONCLUDED, case=case, thing=investigation, by=cast.asta)
    page = as_("siri").get(f"/arenden/{case.pk}/samverkan/bedomningar/").content.decode()
    assert f"utredning {today}" in page


def test_without_an_assessment_there_is_nothing_to_remember(cast, case, decision):
    with acting(cast.asta):
        follow(Step.DECIDED, case=case, thing=decision, by=cast.asta)
        assert not AssessmentUse.objects.exists()


def test_a_closed_case_shares_nothing_more(cast, case, give, today):
    package = give()
    with acting(cast.asta):
        take_step(
            case=case, event=CaseEvent.CLOSE, on=today, by=cast.asta, today=today,
            closing=Closing(reason="avbrott", outcome="avbrutet"), reason="Personen flyttade.",
        )  # fmt: skip
        closed = ReleasePackage.objects.get(pk=package.pk)
        assert not ReleasePackage.objects.open().exists()
    assert closed.closed_because == ReleasePackage.Closing.CASE_CLOSED
