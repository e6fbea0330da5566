"""The steps of a case as people take them: who may, what they say, what must be stated. Pure.

The state machine (states.py) says which events are possible; this table says who takes them and where.
"""

from collections.abc import Callable
from dataclasses import dataclass

from avhopp.access.roles import Can
from cases.states import CaseEvent as E
from cases.states import CaseState, events_from


@dataclass(frozen=True)
class Step:
    """`page` names the URL of a page of its own; without it, the common step page asks for what is needed."""

    event: E
    can: Can
    button: str
    tells: str  # what happens, shown before
    done: str  # what happened, in the timeline
    page: str = ""
    asks_reason: bool = False
    asks_day: bool = False
    day: str = "Dag"  # what the day and the reason are called
    reason: str = "Skäl"
    final: bool = False


STEPS: dict[E, Step] = {
    step.event: step
    for step in (
        Step(
            E.START_PRELIMINARY,
            Can.WRITE_CASE,
            "Starta förhandsbedömning",
            "Du bedömer om en utredning ska inledas.",
            "Förhandsbedömning startades.",
            asks_day=True,
            day="Startad den",
        ),
        Step(
            E.APPLY,
            Can.WRITE_INVESTIGATION,
            "Inled utredning på ansökan",
            "En ansökan utreds alltid. Utredningen ska vara klar inom fyra månader från dagen du anger.",
            "Utredning inleddes på personens egen ansökan.",
            asks_day=True,
            day="Inledd den",
        ),
        Step(
            E.OPEN_INVESTIGATION,
            Can.WRITE_INVESTIGATION,
            "Inled utredning",
            "Utredningen ska vara klar inom fyra månader från dagen du anger.",
            "Utredning inleddes.",
            asks_day=True,
            day="Inledd den",
        ),
        Step(
            E.DECLINE,
            Can.WRITE_CASE,
            "Inled inte utredning",
            "Ärendet avslutas. Ange varför ingen utredning inleds.",
            "Utredning inleddes inte. Ärendet avslutades.",
            asks_reason=True,
            asks_day=True,
            day="Ärendet avslutas den",
            reason="Varför inleds ingen utredning?",
            final=True,
        ),
        Step(
            E.COMMUNICATE,
            Can.WRITE_INVESTIGATION,
            "Kommunicera utredningen",
            "Personen får ta del av materialet och har 14 dagar på sig att svara.",
            "Utredningen kommunicerades med personen.",
            asks_day=True,
            day="Personen fick materialet",
        ),
        Step(
            E.PREPARE_DECISION,
            Can.WRITE_INVESTIGATION,
            "Gå till beslut",
            "Utredningen är slutförd och ärendet väntar på beslut.",
            "Ärendet gick till beslut.",
        ),
        Step(E.GRANT, Can.DECIDE, "Fatta beslut", "", "", page="decide"),
        Step(E.REJECT, Can.DECIDE, "Fatta beslut", "", "", page="decide"),
        Step(
            E.ENFORCE, Can.WRITE_PLACEMENT, "Registrera att beslutet är verkställt", "", "", page="decisions"
        ),
        Step(
            E.REVIEW,
            Can.WRITE_FOLLOW_UP,
            "Börja uppföljning",
            "Insatsen följs upp. Den pågår under tiden.",
            "Uppföljning påbörjades.",
        ),
        Step(
            E.RESUME,
            Can.WRITE_FOLLOW_UP,
            "Återgå till pågående insats",
            "Uppföljningen är klar och insatsen fortsätter.",
            "Insatsen fortsätter.",
        ),
        Step(
            E.NEW_DECISION,
            Can.DECIDE,
            "Förbered nytt beslut",
            "Ärendet går till beslut igen, till exempel för en ändrad insats.",
            "Ett nytt beslut förbereds.",
            asks_reason=True,
        ),
        Step(
            E.REQUEST_TRANSFER,
            Can.WRITE_CASE,
            "Begär överflyttning",
            "Registrera begäran när du har skickat den skriftligt till den andra kommunen.",
            "Överflyttning begärdes.",
            asks_reason=True,
            asks_day=True,
            day="Begäran skickades",
            reason="Vilken kommun, och varför?",
        ),
        Step(
            E.TRANSFER_ACCEPTED,
            Can.WRITE_CASE,
            "Överflyttningen är accepterad",
            "Ärendet avslutas här.",
            "Överflyttningen accepterades. Ärendet avslutades.",
            asks_reason=True,
            asks_day=True,
            day="Den andra kommunen accepterade",
            final=True,
        ),
        Step(
            E.TRANSFER_ENDED,
            Can.WRITE_INVESTIGATION,
            "Överflyttningen blir inte av",
            "Ärendet fortsätter i utredning.",
            "Överflyttningen blev inte av.",
            asks_reason=True,
            asks_day=True,
        ),
        Step(
            E.CLOSE,
            Can.WRITE_CASE,
            "Avsluta ärendet",
            "Ärendet avslutas. Öppna uppgifter stängs. Hör personen av sig igen öppnar du ett nytt ärende.",
            "Ärendet avslutades.",
            asks_reason=True,
            asks_day=True,
            day="Ärendet avslutas den",
            final=True,
        ),
        Step(
            E.DECEASED,
            Can.WRITE_CASE,
            "Personen har avlidit",
            "Ärendet avslutas.",
            "Ärendet avslutades: personen har avlidit.",
            asks_day=True,
            day="Ärendet avslutas den",
            final=True,
        ),
    )
}

#: Shown last and quietly: they end the case or lead out of it.
AWAY = (E.REQUEST_TRANSFER, E.CLOSE, E.DECEASED)


def offered(state: str, able: Callable[[Can], bool]) -> list[Step]:
    """The steps that somebody with these rights may take from `state`; one for each page of its own."""
    if state == CaseState.CLOSED:
        return []
    steps, pages = [], set()
    for event in events_from(state):
        step = STEPS[event]
        if not able(step.can) or (step.page and step.page in pages):
            continue
        pages.add(step.page)
        steps.append(step)
    return sorted(steps, key=lambda step: step.event in AWAY)
