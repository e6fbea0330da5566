"""Plainly invented data for the page that shows every component."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from avhopp.pages.charts import Band, Bars, Budget, Chart, Lines, Series, StackedBars
from avhopp.pages.forms import DateField, MoneyField
from avhopp.pages.paging import Column
from avhopp.pages.tables import Heading

TODAY = date(2026, 11, 21)
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
COLUMNS = (
    Column("Ärende", "arende", ("no",)),
    Column("Läge"),
    Column("Nästa frist", "frist", ("due",)),
    Column("Dygn", "dygn", ("nights",), numeric=True),
    Column("Kostnad i år", numeric=True),
)
SECTIONS = tuple(
    {"label": label, "url": f"#{target}", "current": target == "tal"}
    for label, target in (
        ("Tal", "tal"),
        ("Märken", "marken"),
        ("Meddelanden", "meddelanden"),
        ("Fakta", "fakta"),
        ("Tabeller", "tabeller"),
        ("Tidslinje", "tidslinje"),
        ("Diagram", "diagram"),
        ("Formulär", "formular"),
        ("Knappar", "knappar"),
        ("Flikar", "flikar"),
        ("Arbete", "arbete"),
        ("Tomma sidor", "tomt"),
        ("Filer", "filer"),
    )
)
STATES = (
    ("Utredning pågår", "info"),
    ("Placerad", "success"),
    ("Väntar på polisens bedömning", "warning"),
    ("Inlett", "neutral"),
    ("Beslut överklagat", "danger"),
)


class PlacementForm(forms.Form):
    """One field of each kind."""

    provider = forms.CharField(label="Utförare", max_length=80, help_text="Namnet som står i avtalet.")
    kind = forms.ChoiceField(
        label="Form av boende",
        choices=[
            ("", "Välj form"),
            ("hvb", "HVB"),
            ("stodboende", "Stödboende"),
            ("lagenhet", "Träningslägenhet"),
        ],
    )
    start = DateField(label="Första dygnet", help_text="Dygnet räknas från och med den dagen.")
    rate = MoneyField(label="Dygnskostnad", unit="kr per dygn", help_text="Utan moms, till exempel 2 450.")
    framework = forms.ChoiceField(
        label="Ramavtal",
        choices=[("inside", "Inom ramavtal"), ("outside", "Utanför ramavtal")],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label="Insatser under placeringen",
        choices=[("samtal", "Samtalsstöd"), ("arbete", "Arbete och studier"), ("missbruk", "Missbruksvård")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label="Skäl",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="Krävs utanför ramavtal.",
    )
    told = forms.BooleanField(label="Personen har fått information om beslutet")


class FilterForm(forms.Form):
    state = forms.ChoiceField(
        label="Läge", choices=[("", "Alla"), ("open", "Öppna"), ("closed", "Avslutade")], required=False
    )
    since = DateField(label="Från och med", required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Skäl", max_length=200, help_text="En mening räcker.")


def case_rows(order: str) -> list[dict[str, Any]]:
    """132 invented cases in the order asked for."""
    rows: list[dict[str, Any]] = []
    for number in range(1, 133):
        state, tone = STATES[number % 5]
        due, nights = TODAY + timedelta(days=(number * 7) % 60 - 12), (number * 37) % 320
        rows.append(
            {
                "no": f"AVH-2026-{number:04}",
                "state": state,
                "tone": tone,
                "due": due,
                "nights": nights,
                "cost": Decimal(nights) * 2450,
            }
        )
    return sorted(
        rows, key=lambda row: (row[order.removeprefix("-")], row["no"]), reverse=order.startswith("-")
    )


def charts() -> dict[str, Chart | Budget]:
    """One chart of each kind, and an empty one."""
    nights = (93, 84, 112, 140, 155, 180, 186, 201, 190, 214, 188, 190)
    inside = (*(Decimal(n) * 2150 for n in nights[:10]), None, None)
    outside = (*(Decimal(n % 60) * 3400 for n in nights[:10]), None, None)
    actual = tuple(Decimal(sum(nights[: i + 1])) * 2600 if i < 10 else None for i in range(12))
    ahead = tuple(Decimal(sum(nights[: i + 1])) * 2650 if i >= 9 else None for i in range(12))
    low = tuple(None if v is None else v * Decimal("0.94") for v in ahead)
    high = tuple(None if v is None else v * Decimal("1.07") for v in ahead)
    return {
        "bars": Bars(
            title="Vårddygn per månad",
            about="Dygn i placering, januari till december 2026.",
            labels=MONTHS,
            values=nights,
            unit="dygn",
            total=True,
        ),
        "stacked": StackedBars(
            title="Kostnad inom och utanför ramavtal",
            labels=MONTHS,
            unit="kr",
            total=True,
            about="Kostnad per månad, delad på inom och utanför ramavtal.",
            series=(Series("Inom ramavtal", inside), Series("Utanför ramavtal", outside)),
        ),
        "lines": Lines(
            title="Utfall och prognos",
            about="Löpande summa av kostnaden mot årets budget.",
            labels=MONTHS,
            unit="kr",
            series=(Series("Utfall", actual), Series("Prognos", ahead)),
            band=Band("Osäkerhet", low, high),
            limit=4_800_000,
            limit_label="Budget",
        ),
        "budget": Budget(
            title="Budget 2026",
            about="Förbrukat, intecknat och prognos mot budgeten.",
            budget=4_800_000,
            spent=3_120_450,
            committed=1_199_900,
            forecast=Decimal("5013350"),
        ),
        "none": Bars(
            title="Vårddygn per månad, nytt år", about="Ännu inga dygn.", labels=(), values=(), unit="dygn"
        ),
    }


def pieces() -> dict[str, Any]:
    """Lists for the components that take lists."""
    return {
        "dues": tuple(TODAY + timedelta(days=days) for days in (-3, 0, 1, 6, 45)),
        "tabs": (
            {"label": "Översikt", "url": "#flikar", "current": True},
            {"label": "Journal", "url": "#flikar", "current": False, "count": 14},
            {"label": "Placeringar", "url": "#flikar", "current": False, "count": 2},
        ),
        "facts": (
            ("Ärendenummer", "AVH-2026-0001"),
            ("Diarienummer", "SN-2026/663.119"),
            {"label": "Handläggare", "value": "Asta Lind", "note": "Enheten för avhoppare"},
            {"label": "Ramavtal", "value": "Stödboende 2024–2027", "url": "#fakta"},
        ),
        "figures": (
            {"label": "Dygn i år", "value": "214"},
            {"label": "Kostnad i år", "value": "524 300 kr", "note": "2 450 kr per dygn"},
            {"label": "Beslutat till", "value": "2027-01-31"},
        ),
        "events": (
            {
                "date": date(2026, 11, 18),
                "heading": "Placering inledd",
                "icon": "house",
                "tone": "success",
                "text": "Stödboende, inom ramavtal.",
                "url": "#tidslinje",
                "link": "Visa placeringen",
                "by": "Asta Lind",
            },
            {
                "date": date(2026, 11, 12),
                "heading": "Beslut om stödboende",
                "icon": "gavel",
                "text": "Bifall, tre månader.",
                "by": "Bo Ek",
            },
            {
                "date": date(2026, 11, 3),
                "heading": "Polisens bedömning registrerad",
                "icon": "shield-check",
                "tone": "info",
                "text": "Gäller till 2027-02-03.",
                "by": "Siri Holm",
            },
            {"date": date(2026, 10, 27), "heading": "Första kontakt", "icon": "phone", "by": "Asta Lind"},
        ),
        "plain_rows": (("Inom ramavtal", "112", "240 800 kr"), ("Utanför ramavtal", "28", "95 200 kr")),
        "plain_columns": (
            Heading("Placering"),
            Heading("Dygn", numeric=True),
            Heading("Kostnad", numeric=True),
        ),
        "plain_foot": ("Summa", "140", "336 000 kr"),
        "works": ("waiting", "running", "done", "failed"),
        "sections": SECTIONS,
    }
