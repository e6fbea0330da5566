"""The case's state machine, as one table (DOMAIN.md 4.1). Pure: no database, no clock."""

from django.db import models

from avhopp.kernel.refusal import Refused


class CaseState(models.TextChoices):
    RECEIVED = "aktualiserad", "Aktualiserad"
    PRELIMINARY = "forhandsbedomning", "Förhandsbedömning"
    INVESTIGATION = "utredning", "Utredning"
    COMMUNICATED = "kommunicerad", "Kommunicerad"
    DECISION = "beslut", "Inför beslut"
    GRANTED = "beviljad", "Beviljad, ej verkställd"
    REJECTED = "avslagen", "Avslagen"
    ONGOING = "insats_pagar", "Insats pågår"
    FOLLOW_UP = "uppfoljning", "Uppföljning"
    TRANSFER = "overflyttning_begard", "Överflyttning begärd"
    CLOSED = "avslutad", "Avslutad"


class CaseEvent(models.TextChoices):
    START_PRELIMINARY = "starta_forhandsbedomning", "Starta förhandsbedömning"
    APPLY = "ansokan_direkt", "Inled utredning på ansökan"
    OPEN_INVESTIGATION = "inled", "Inled utredning"
    DECLINE = "inled_ej", "Inled inte utredning"
    COMMUNICATE = "kommunicera", "Kommunicera"
    PREPARE_DECISION = "infor_beslut", "Gå till beslut"
    GRANT = "bevilja", "Bevilja"
    REJECT = "avslag", "Avslå"
    ENFORCE = "verkstall", "Verkställ"
    REVIEW = "folj_upp", "Följ upp"
    RESUME = "ateruppta", "Återgå till pågående insats"
    NEW_DECISION = "nytt_beslut", "Nytt beslut"
    CLOSE = "avsluta", "Avsluta"
    REQUEST_TRANSFER = "begar_overflyttning", "Begär överflyttning"
    TRANSFER_ACCEPTED = "overflyttad", "Överflyttning accepterad"
    TRANSFER_ENDED = "overflyttning_avbruten", "Överflyttning avslagen eller återtagen"
    DECEASED = "avliden", "Avliden"


S, E = CaseState, CaseEvent
OPEN_STATES = tuple(state for state in CaseState if state is not CaseState.CLOSED)

#: (from, event) -> to. What is not here cannot happen.
TRANSITIONS: dict[tuple[CaseState, CaseEvent], CaseState] = {
    (S.RECEIVED, E.START_PRELIMINARY): S.PRELIMINARY,
    (S.RECEIVED, E.APPLY): S.INVESTIGATION,
    (S.PRELIMINARY, E.OPEN_INVESTIGATION): S.INVESTIGATION,
    (S.PRELIMINARY, E.DECLINE): S.CLOSED,
    (S.INVESTIGATION, E.COMMUNICATE): S.COMMUNICATED,
    (S.INVESTIGATION, E.PREPARE_DECISION): S.DECISION,
    (S.COMMUNICATED, E.PREPARE_DECISION): S.DECISION,
    (S.DECISION, E.GRANT): S.GRANTED,
    (S.DECISION, E.REJECT): S.REJECTED,
    (S.GRANTED, E.ENFORCE): S.ONGOING,
    (S.GRANTED, E.NEW_DECISION): S.DECISION,
    (S.ONGOING, E.REVIEW): S.FOLLOW_UP,
    (S.FOLLOW_UP, E.RESUME): S.ONGOING,
    (S.REJECTED, E.RESUME): S.ONGOING,  # a new application was rejected while an earlier measure goes on
    (S.ONGOING, E.NEW_DECISION): S.DECISION,
    (S.FOLLOW_UP, E.NEW_DECISION): S.DECISION,
    **{(state, E.CLOSE): S.CLOSED for state in OPEN_STATES if state not in (S.PRELIMINARY, S.TRANSFER)},
    **{(state, E.REQUEST_TRANSFER): S.TRANSFER for state in OPEN_STATES if state is not S.TRANSFER},
    (S.TRANSFER, E.TRANSFER_ACCEPTED): S.CLOSED,
    (S.TRANSFER, E.TRANSFER_ENDED): S.INVESTIGATION,
    **{(state, E.DECEASED): S.CLOSED for state in OPEN_STATES},
}


def next_state(state: str, event: CaseEvent) -> CaseState:
    """Where `event` leads from `state`.

    Raises:
        Refused: code `not_in_this_state` when the event is not allowed there.
    """
    try:
        return TRANSITIONS[CaseState(state), event]
    except KeyError:
        label = CaseState(state).label
        raise Refused(
            "not_in_this_state", f"Det går inte att göra ”{event.label}” när ärendet har läget ”{label}”."
        ) from None


def events_from(state: str) -> list[CaseEvent]:
    """The events that are allowed from `state`, in the order of the table."""
    return [event for (start, event) in TRANSITIONS if start == state]


class ClosingReason(models.TextChoices):
    GOAL_REACHED = "gatt_i_mal", "Gått i mål"
    INTERRUPTED = "avbrott", "Eget önskemål eller avbrott"
    CONDITIONS_NOT_MET = "uppfyller_ej", "Uppfyller inte villkoren"
    RELAPSE = "aterfall", "Återfall i brott"
    TRANSFERRED = "overflyttad", "Överflyttad till annan kommun"
    DECEASED = "avliden", "Avliden"
    NOT_OPENED = "ej_inledd", "Utredning inleddes inte"
    OTHER = "ovrigt", "Övrigt"


class Source(models.TextChoices):
    SELF = "sjalv", "Personen själv"
    RELATIVE = "anhorig", "Anhörig"
    SOCIAL_SERVICES = "socialtjanst", "Socialtjänsten"
    POLICE = "polis", "Polisen"
    PROBATION = "kriminalvard", "Kriminalvården"
    SIS = "sis", "Statens institutionsstyrelse"
    SCHOOL = "skola", "Skolan"
    CONCERN = "orosanmalan", "Orosanmälan"
    OTHER_MUNICIPALITY = "annan_kommun", "Annan kommun"


class MeasureKind(models.TextChoices):
    """Kinds of measure, the same as the kinds of provider."""

    HVB = "hvb", "HVB"
    SUPPORTED_HOUSING = "stodboende", "Stödboende"
    TRAINING_FLAT = "traningslagenhet", "Träningslägenhet"
    PROTECTED_HOUSING = "skyddat_boende", "Skyddat boende"
    FAMILY_HOME = "familjehem", "Familjehem"
    OUTPATIENT = "oppenvard", "Öppenvård"
