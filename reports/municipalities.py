"""Which municipality a command means."""

from avhopp.accounts.models import Municipality
from avhopp.kernel.refusal import Refused


def municipality_of(code: str | None) -> Municipality:
    """The municipality with the code; without a code the only one there is.

    Raises:
        Refused: codes `unknown_municipality`, `which_municipality`.
    """
    if code is not None:
        found = Municipality.objects.filter(code=code).first()
        if found is None:
            raise Refused("unknown_municipality", f"Det finns ingen kommun med koden {code}.")
        return found
    there = list(Municipality.objects.order_by("code")[:20])
    if not there:
        raise Refused("unknown_municipality", "Databasen har ingen kommun. Läs in ett scenario först.")
    if len(there) > 1:
        codes = ", ".join(each.code for each in there)
        raise Refused(
            "which_municipality", f"Det finns flera kommuner ({codes}). Ange vilken med --municipality."
        )
    return there[0]
