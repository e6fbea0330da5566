"""Write many rows at once, and say which row of the file it was when the database refuses one.

A refusal here is one that the checks of the file could not see: something that is stored in the municipality
but not shown to the importer, or a rule that only the database knows.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model

from reports.scenario.document import Row, ScenarioFault, ScenarioRefused

BATCH = 500
REFUSALS = (IntegrityError, DataError, ProgrammingError)

#: Constraint -> key of the row at fault, and what is wrong.
SENTENCES = {
    "one_open_case_per_person": ("received", "Personen har redan ett öppet ärende den dagen."),
    "no_overlapping_stays_of_one_person": ("start", "Personen är redan placerad under en del av tiden."),
    "no_overlapping_prices": ("prices", "Två priser gäller samma natt."),
    "no_price_gap": ("prices", "Priset saknas för en del av nätterna."),
    "no_overlapping_absences": ("absences", "Två frånvaroperioder gäller samma natt."),
    "absence_inside_stay": ("absences", "Frånvaron ligger utanför placeringens tid."),
    "stay_inside_case": ("start", "Placeringen ligger utanför ärendets tid."),
    "placements_placement_moved_from_id_key": ("moved_from", "Personen har redan flyttat vidare därifrån."),
    "check_once_a_day": ("planned", "Ärendet har redan en slagning den dagen."),
    "person_ref_once": ("ref", "Beteckningen finns redan i kommunen, i ett ärende som inte är inläst."),
    "case_ref_once": ("ref", "Beteckningen finns redan i kommunen, i ett ärende som inte är inläst."),
    "inquiry_window_in_order": ("start_to", "Dagen ligger före start_from."),
    "nobody_approves_the_own_choice": ("approved.by", "Den som valde platsen kan inte godkänna valet."),
    "an_approval_is_of_a_choice": ("approved", "Godkännandet gäller inget tidigare val."),
    "procurement_inquiry_placement_id_key": ("placement", "Placeringen hör redan till en annan förfrågan."),
    "a_provider_is_asked_once": ("provider", "Utföraren är redan tillfrågad."),
    "an_offer_has_a_price_and_a_day": ("rate", "Svaret går inte ihop."),
    "answered_after_asked": ("answered", "Svaret kan inte ha kommit före frågan."),
    "accounts_user_username_key": ("username", "Användarnamnet finns redan."),
}
UNKNOWN = "Databasen tar inte emot raden"
NOT_ALLOWED = "42501"  # insufficient_privilege: row-level security

Pairs = Sequence[tuple[Model, Row]]


def write(pairs: Pairs) -> None:
    """Insert the models; each stands beside the row of the file that it comes from.

    Raises:
        ScenarioRefused: with the path of the first row that the database refuses.
    """
    if not pairs:
        return
    model = type(pairs[0][0])
    try:
        _insert(model, [one for one, _ in pairs])
    except REFUSALS as error:
        if len(pairs) == 1:
            raise _refused(error, pairs[0][1].path) from None
        for pair in pairs:
            write([pair])
        raise _refused(error, "$") from None


def settle() -> None:
    """Ask now what the database would otherwise ask at the end of the transaction.

    Raises:
        ScenarioRefused: without the row's own path, which the database does not tell.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
    except REFUSALS as error:
        raise _refused(error, "$") from None
    finally:
        defer()


def defer() -> None:
    """Let rows that lean on each other be written in any order."""
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all deferred")


def _insert(model: type[Model], rows: list[Model]) -> None:
    with transaction.atomic():
        model._base_manager.bulk_create(rows, batch_size=BATCH)


def _refused(error: DatabaseError, path: str) -> ScenarioRefused:
    """The refusal without the database's own message, which may repeat personal data."""
    cause: Any = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    key, text = SENTENCES.get(name or "", ("", ""))
    if not text and getattr(cause, "sqlstate", None) == NOT_ALLOWED:
        text = f"{UNKNOWN}: inläsningen får inte skriva den."
    text = text or f"{UNKNOWN} ({name or type(error).__name__})."
    return ScenarioRefused([ScenarioFault(f"{path}.{key}" if key and path != "$" else path, text)])
