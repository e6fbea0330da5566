"""Sweden's counties by Statistics Sweden's code, which are the first two digits of a municipality's. Pure."""

COUNTIES = {
    "01": "Stockholms län", "03": "Uppsala län", "04": "Södermanlands län", "05": "Östergötlands län",
    "06": "Jönköpings län", "07": "Kronobergs län", "08": "Kalmar län", "09": "Gotlands län",
    "10": "Blekinge län", "12": "Skåne län", "13": "Hallands län", "14": "Västra Götalands län",
    "17": "Värmlands län", "18": "Örebro län", "19": "Västmanlands län", "20": "Dalarnas län",
    "21": "Gävleborgs län", "22": "Västernorrlands län", "23": "Jämtlands län", "24": "Västerbottens län",
    "25": "Norrbottens län",
}  # fmt: skip
CHOICES = list(COUNTIES.items())


def in_own_county(county: str, municipality_code: str) -> bool | None:
    """Whether a place lies in the municipality's own county; None when the place's county is not known."""
    return county == municipality_code[:2] if county else None
