"""What the database refuses, said in a sentence."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from django.db import IntegrityError, connection, transaction

from avhopp.kernel.refusal import Refused

#: Constraint -> code, text, field.
SENTENCES = {
    "apart_once": ("marked_already", "De två ärendena är redan markerade.", "other"),
    "no_overlapping_stays_of_one_person": (
        "overlapping_stay",
        "Personen är redan placerad under en del av tiden. Avsluta den placeringen, "
        "eller flytta personen därifrån.",
        "start",
    ),
    "no_overlapping_prices": ("price_overlap", "Två priser gäller samma natt. Ändra ett av dem.", "rate"),
    "price_within_the_decisions": (
        "above_max_rate",
        "Priset är högre än beslutet och den som fattade det får besluta om. Det behövs ett nytt beslut.",
        "rate",
    ),
    "no_price_gap": (
        "price_gap",
        "Det finns nätter utan pris. Priserna behöver täcka hela placeringen.",
        "rate",
    ),
    "no_overlapping_absences": (
        "absence_overlap",
        "Två frånvaroperioder gäller samma natt. Ändra en av dem.",
        "start",
    ),
    "absence_inside_stay": ("absence_outside_stay", "Frånvaron ligger utanför placeringens tid.", "start"),
    "stay_inside_case": (
        "stay_outside_case",
        "Placeringen ligger utanför ärendets tid. Kontrollera datumen mot när ärendet öppnades.",
        "start",
    ),
    "placement_ends_after_start": ("end_before_start", "Avresan kan inte ligga före ankomsten.", "end"),
    "planned_placement_ends_after_start": (
        "end_before_start",
        "Avresan kan inte ligga före ankomsten.",
        "end",
    ),
    "placements_placement_moved_from_id_key": (
        "already_moved",
        "Personen har redan flyttat vidare från den här placeringen.",
        None,
    ),
    "provider_ref_once": ("ref_taken", "Beteckningen används redan av en annan utförare.", "ref"),
    "agreement_ref_once": ("ref_taken", "Beteckningen används redan av ett annat ramavtal.", "ref"),
    "agreement_in_use_is_kept": (
        "agreement_in_use",
        "Någon har bott där enligt ramavtalet, så priset, datumet och reglerna för avresedag och frånvaro "
        "ligger fast. Lägg till ett nytt pris i prislistan, eller ett nytt ramavtal.",
        None,
    ),
    "no_overlapping_agreement_prices": (
        "price_overlap",
        "Två priser i prislistan gäller samma natt. Välj en annan dag.",
        "start",
    ),
    "agreement_price_ends_after_start": (
        "price_overlap",
        "Ett senare pris i prislistan börjar före den dagen. Välj en tidigare dag.",
        "start",
    ),
    "no_agreement_price_gap": (
        "price_gap",
        "Det finns dygn utan pris i prislistan. Priserna behöver täcka hela avtalet.",
        "start",
    ),
    "budget_line_ref_once": ("ref_taken", "Beteckningen används redan av en annan budgetrad.", "ref"),
    "reallocation_ref_once": ("ref_taken", "Beteckningen används redan av en annan omfördelning.", "ref"),
    "reallocation_within_the_line": (
        "more_than_the_line",
        "Raden har inte så mycket kvar att flytta.",
        "amount",
    ),
    "month_closed_once": ("not_next", "Någon annan har just stängt månaden. Ladda om sidan.", None),
    "granted_at_most_applied": (
        "granted_above_applied",
        "Det beviljade beloppet kan inte vara högre än det sökta.",
        "granted",
    ),
    "paid_at_most_granted": (
        "paid_above_granted",
        "Det utbetalda beloppet kan inte vara högre än det beviljade.",
        "paid",
    ),
    "used_at_most_paid": (
        "used_above_paid",
        "Det förbrukade beloppet kan inte vara högre än det utbetalda.",
        "used",
    ),
    "repaid_at_most_what_is_left": (
        "repaid_above_left",
        "Det återbetalda beloppet kan inte vara högre än det som inte förbrukades.",
        "repaid",
    ),
    "one_open_request": (
        "request_open",
        "Det finns redan en begäran som inte är besvarad. Besvara den först.",
        None,
    ),
    "decided_after_sent": ("decided_before_sent", "Beslutet kan inte vara äldre än ansökan.", "decided"),
}


@contextmanager
def telling(sentences: Mapping[str, tuple[str, str, str | None]]) -> Iterator[None]:
    """Write inside this block: all of it or nothing, and what the database refuses becomes a Refused.

    The rules that the database would ask at the end of the transaction are asked here, while there is still
    a form to show the answer in.
    """
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
                cursor.execute("set constraints all deferred")
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name is None or name not in sentences:
            raise
        raise Refused(*sentences[name]) from None


def told() -> AbstractContextManager[None]:
    """As `telling`, about placements, providers, applications and the budget."""
    return telling(SENTENCES)
