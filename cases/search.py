"""What somebody searches for: a name, an identity number or a case number (2001:637 15 §). Pure."""

import re
from dataclasses import dataclass
from datetime import date

from avhopp.kernel.identity import parse
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import search_key

_CASE_NO = re.compile(r"avh-[0-9]{4}-[0-9]{1,6}", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9][0-9\s+‐‑–−-]{5,}")
SHORTEST_NAME = 2


@dataclass(frozen=True)
class Query:
    """One of the three is set. `identity` is twelve digits, `name` the search form of the name."""

    case_no: str = ""
    identity: str = ""
    name: str = ""

    @classmethod
    def of(cls, text: str, today: date) -> "Query":
        """Read what was typed.

        Raises Refused: `too_short`, or what is wrong with an identity number.
        """
        text = " ".join(text.split())
        if _CASE_NO.fullmatch(text):
            prefix, year, number = text.upper().split("-")
            return cls(case_no=f"{prefix}-{year}-{int(number):04d}")
        if _NUMBER.fullmatch(text):
            return cls(identity=parse(text, today).digits)
        name = search_key(text)
        if len(name) < SHORTEST_NAME:
            raise Refused("too_short", "Skriv minst två bokstäver av namnet, eller hela numret.", field="q")
        return cls(name=name)

    @property
    def kind(self) -> str:
        """What was searched for, in one word: for the read log, which never keeps the term."""
        if self.case_no:
            return "arendenummer"
        return "personnummer" if self.identity else "namn"

    @property
    def about_a_person(self) -> bool:
        """Whether the answer tells who the person is."""
        return not self.case_no
