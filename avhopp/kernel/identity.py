"""Swedish identity numbers: personnummer and samordningsnummer, and the organisation numbers of companies.

Source: folkbokföringslagen (1991:481) 18 and 18 a §§, lag (1974:174) om identitetsbeteckning för juridiska
personer m.fl., DOMAIN.md section 6.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self

from personnummer import personnummer

from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused

EARLIEST_BIRTH_YEAR = 1800

# What word processors make of a typed hyphen.
_TYPED_SIGNS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2212": "-"})
_TYPED_NUMBER = re.compile(
    r"(?P<century>[0-9]{2})?(?P<birth>[0-9]{6})(?P<sign>[-+]?)(?P<last>(?!000)[0-9]{4})"
)

_TYPED_ORGANISATION = re.compile(r"(?:16)?(?P<first>[0-9]{6})-?(?P<last>[0-9]{4})")


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """Twelve digits, ÅÅÅÅMMDDNNNK. What is built directly is not checked; `parse` and `check` do that.

    str() is masked and repr() empty, so that a number that slips into a log says the year of birth at most.
    The birth date need not be the true one: when the numbers of a day run out, a neighbouring day is used.
    """

    digits: str = field(repr=False)

    def __str__(self) -> str:
        return self.masked

    @property
    def shown(self) -> str:
        """'ÅÅÅÅMMDD-NNNN'. With the century written out, the hyphen never becomes a plus."""
        return f"{self.digits[:8]}-{self.digits[8:]}"

    @property
    def masked(self) -> str:
        """'ÅÅÅÅ****-****': the year of birth alone. Month and day would point out one of few people."""
        return f"{self.digits[:4]}****-****"

    @property
    def is_coordination(self) -> bool:
        """Whether it is a samordningsnummer: the day of birth plus 60."""
        return int(self.digits[6:8]) > 60

    @property
    def birth_date(self) -> date:
        """The date in the number, as a true date also for a samordningsnummer."""
        day = int(self.digits[6:8]) - (60 if self.is_coordination else 0)
        return date(int(self.digits[:4]), int(self.digits[4:6]), day)

    @property
    def sex(self) -> Literal["kvinna", "man"]:
        """Legal sex: the third digit of the birth number is even for women, odd for men."""
        return "man" if int(self.digits[10]) % 2 else "kvinna"

    def check(self) -> Self:
        """The number itself when its shape, date and check digit hold.

        Raises Refused: identity_format, identity_date, identity_check_digit.
        """
        if len(self.digits) != 12 or _TYPED_NUMBER.fullmatch(self.digits) is None:
            raise _bad_format()
        if not self._has_real_date():
            raise Refused(
                "identity_date",
                "Födelsedatumet i numret finns inte. Kontrollera år, månad och dag "
                "(i ett samordningsnummer är dagen ökad med 60).",
            )
        # Given twelve digits the library does not need its clock. Its errors repeat the number: use valid().
        if not personnummer.valid(self.digits):
            raise Refused(
                "identity_check_digit",
                "Den sista siffran stämmer inte med de andra. Kontrollera numret siffra för siffra.",
            )
        return self

    def _has_real_date(self) -> bool:
        try:
            return self.birth_date.year >= EARLIEST_BIRTH_YEAR
        except ValueError:
            return False


def parse(text: str, today: date) -> IdentityNumber:
    """Read a personnummer or samordningsnummer of 12 or 10 digits, with or without spaces and sign.

    Ten digits get their century from the sign: '-' or none means under 100 years in the year of `today`,
    '+' means 100 or more. With twelve digits the sign says nothing.
    Raises Refused: identity_format, identity_date, identity_check_digit, identity_future; no text repeats
    the number.
    """
    match = _TYPED_NUMBER.fullmatch("".join(text.split()).translate(_TYPED_SIGNS))
    if match is None:
        raise _bad_format()
    century = match["century"] or _century(int(match["birth"][:2]), match["sign"], today)
    number = IdentityNumber(f"{century}{match['birth']}{match['last']}").check()
    if number.birth_date > today:
        raise Refused(
            "identity_future",
            "Födelsedatumet ligger i framtiden. Skriv födelseåret med fyra siffror, "
            "eller plustecken för den som är 100 år eller äldre.",
        )
    return number


def age_on(birth_date: date, day: date) -> int:
    """Age in whole years; the birthday counts as a year more.

    Who is born on 29 February has the birthday on 28 February in other years: a time counted in years that
    lacks its day ends on the last day of the month (lag 1930:173, 1 §).
    Raises ValueError for a day before the birth.
    """
    if day < birth_date:
        raise ValueError("the day lies before the birth")
    years = day.year - birth_date.year
    return years if day >= add_months(birth_date, 12 * years) else years - 1


def parse_organisation_number(text: str) -> str:
    """The ten digits of an organisation number, typed with or without hyphen, spaces and leading 16.

    The third digit is at least two, which tells it from a personnummer; the last one is the check digit
    (Luhn). A sole trader's number is a personnummer and is refused: it does not belong in a register of
    companies.
    Raises Refused: organisation_format, organisation_is_person, organisation_check_digit.
    """
    match = _TYPED_ORGANISATION.fullmatch("".join(text.split()).translate(_TYPED_SIGNS))
    if match is None:
        raise Refused(
            "organisation_format", "Skriv organisationsnumret med tio siffror, till exempel 556036-0793."
        )
    digits = match["first"] + match["last"]
    if digits[2] < "2":
        raise Refused(
            "organisation_is_person",
            "Numret ser ut som ett personnummer. Personnummer ska inte stå i registret: lämna fältet tomt.",
        )
    if _luhn(digits):
        raise Refused(
            "organisation_check_digit",
            "Den sista siffran stämmer inte med de andra. Kontrollera numret siffra för siffra.",
        )
    return digits


def shown_organisation_number(digits: str) -> str:
    """'NNNNNN-NNNN', or nothing for nothing."""
    return f"{digits[:6]}-{digits[6:]}" if digits else ""


def _luhn(digits: str) -> int:
    """The remainder that is nought when the check digit at the end is right."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10


def _century(year_in_century: int, sign: str, today: date) -> str:
    newest = today.year - 100 if sign == "+" else today.year
    birth_year = newest - (newest - year_in_century) % 100
    return f"{birth_year // 100:02d}"


def _bad_format() -> Refused:
    return Refused(
        "identity_format",
        "Skriv person- eller samordningsnumret med 12 siffror: år, månad, dag och de fyra sista "
        "(ÅÅÅÅMMDD-NNNN).",
    )
