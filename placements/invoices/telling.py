"""The differences of a check in Swedish sentences. Pure."""

from avhopp.kernel.money import format_kr
from placements.invoices.checking import Difference, Why

LABELS = {
    Why.DOUBLE: "Dubbelt dygn", Why.AFTER: "Efter avresan", Why.DEPARTURE: "Avresedagen",
    Why.BEFORE: "Före ankomsten", Why.NOT_YET: "Har inte varit än", Why.UNDECIDED: "Utanför beslutet",
    Why.PRICE: "Pris", Why.ABSENCE: "Frånvaro", Why.MISSING: "Saknas", Why.QUANTITY: "Antal",
    Why.ARITHMETIC: "Felräknad", Why.NO_NIGHTS: "Inte dygn", Why.UNMATCHED: "Inte kopplad", Why.VAT: "Moms",
    Why.ROUNDING: "Öresutjämning",
}  # fmt: skip


def sentence(one: Difference) -> str:
    """What differs and how, without saying whose stay it is."""
    when, nights = _when(one), _nights(one.nights)
    match one.why:
        case Why.DOUBLE:
            return f"{nights} är redan betalt på en annan faktura, eller står två gånger på den här ({when})."
        case Why.AFTER:
            return f"{nights} efter avresan ({when})."
        case Why.DEPARTURE:
            return f"Avresedagen {when} är debiterad, men avtalet debiterar den inte."
        case Why.BEFORE:
            return f"{nights} före ankomsten ({when})."
        case Why.NOT_YET:
            return f"{nights} har inte varit än ({when})."
        case Why.UNDECIDED:
            return f"{nights} ligger utanför beslutets tid ({when})."
        case Why.PRICE if one.charged > one.owed:
            return f"Priset är höjt: {nights} ({when}) à {_kr(one.charged)} mot avtalade {_kr(one.owed)}."
        case Why.PRICE:
            return f"Lägre pris än avtalat: {nights} ({when}) à {_kr(one.charged)} mot {_kr(one.owed)}."
        case Why.ABSENCE:
            return (
                f"Frånvaro: {nights} ({when}) debiterade à {_kr(one.charged)}, "
                f"men avtalat pris vid frånvaro är {_kr(one.owed)}."
            )
        case Why.MISSING:
            return f"{nights} saknas på fakturan ({when}), à {_kr(one.owed)}."
        case Why.QUANTITY:
            more = "fler" if one.amount > 0 else "färre"
            return f"Antalet på raden är {_nights(abs(one.nights))} {more} än datumen visar ({when})."
        case Why.ARITHMETIC:
            more = "mer" if one.amount > 0 else "mindre"
            return f"Raden är felräknad: beloppet är {_kr(abs(one.amount))} {more} än antalet gånger priset."
        case Why.NO_NIGHTS:
            return "En kostnad som inte är dygn. Avtalet säger inget om den."
        case Why.UNMATCHED:
            return "En rad är inte kopplad till någon placering."
        case Why.VAT:
            return "Moms är debiterad. Vård och omsorg är undantagen från moms."
        case _:
            return "Öresutjämning."


def _when(one: Difference) -> str:
    if one.first is None or one.last is None:
        return ""
    if one.first == one.last:
        return one.first.isoformat()
    return f"{one.first.isoformat()} till {one.last.isoformat()}"


def _nights(count: int) -> str:
    return f"{count} dygn"


def _kr(amount: object) -> str:
    return format_kr(amount, 0 if amount == int(amount) else 2)  # type: ignore[call-overload, arg-type]
