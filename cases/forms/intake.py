"""The first contact: who, when, how and what was said. Everything about the person may be unknown."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from avhopp.accounts.models import Unit, User
from avhopp.pages.forms import DateField
from cases.actions.intake import FirstContact, NewPerson
from cases.forms.fields import IdentityField, text_area
from cases.models import Intake
from cases.models.person import ProtectionLevel, Sex
from cases.states import Source


class TodayForm(forms.Form):
    """A form that knows what day it is."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)


class ContactForm(TodayForm):
    """A contact: `contact` gives it to the action."""

    source = forms.ChoiceField(label="Vem tog kontakt?", choices=[("", "Välj"), *Source.choices])
    kind = forms.ChoiceField(label="Vad är det?", choices=Intake.Kind, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label="Hur?", choices=Intake.Channel, widget=forms.RadioSelect)
    informant = forms.CharField(
        label="Uppgiftslämnare",
        max_length=200,
        required=False,
        help_text="Namn och uppdrag, om någon annan än personen själv hörde av sig.",
    )
    text = forms.CharField(
        label="Vad framkom?",
        required=False,
        widget=text_area(6),
        help_text="Skriv det som sagts. Din egen bedömning skriver du i journalen.",
    )
    concerns_child = forms.BooleanField(
        label="Kontakten gäller ett barn",
        required=False,
        help_text="En skyddsbedömning ska då göras i dag och en förhandsbedömning inom 14 dagar.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "received": kwargs["today"],
            "channel": Intake.Channel.PHONE,
        } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields = {"received": DateField(label="Dag för kontakten", latest=self.today), **self.fields}

    @property
    def contact(self) -> FirstContact:
        data = self.cleaned_data
        return FirstContact(
            received=data["received"],
            source=data["source"],
            kind=data["kind"],
            channel=data["channel"],
            informant=data["informant"],
            text=data["text"],
            concerns_child=data["concerns_child"],
        )


class ReopenForm(ContactForm):
    """A contact that opens a case: in which unit, and who handles it."""

    def __init__(
        self, *args: Any, units: Iterable[Unit], handlers: Iterable[User], user: User, **kwargs: Any
    ) -> None:
        self.units = {str(unit.pk): unit for unit in units}
        self.handlers = {str(handler.pk): handler for handler in handlers}
        kwargs["initial"] = {"unit": str(user.unit_id or ""), "handler": str(user.pk)} | kwargs.get(
            "initial", {}
        )
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(
            label="Enhet", choices=[(key, unit.name) for key, unit in self.units.items()]
        )
        self.fields["handler"] = forms.ChoiceField(
            label="Handläggare",
            required=len(self.handlers) == 1,
            choices=[
                *([("", "Ingen ännu")] if len(self.handlers) != 1 else []),
                *((key, handler.name) for key, handler in self.handlers.items()),
            ],
        )

    @property
    def unit(self) -> Unit:
        return self.units[self.cleaned_data["unit"]]

    @property
    def handler(self) -> User | None:
        return self.handlers.get(self.cleaned_data["handler"])


class PersonFields(TodayForm):
    """What is known about the person: `person` gives it to the action."""

    name = forms.CharField(
        label="Namn",
        max_length=120,
        required=False,
        help_text="Lämna tomt om namnet är okänt.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sex = forms.ChoiceField(label="Juridiskt kön", choices=Sex, initial=Sex.UNKNOWN, widget=forms.RadioSelect)
    children_count = forms.IntegerField(
        label="Antal barn",
        min_value=0,
        max_value=30,
        initial=0,
        help_text="Personens egna barn, även de som bor på annat håll.",
    )
    protection = forms.ChoiceField(
        label="Skyddade personuppgifter",
        choices=ProtectionLevel,
        initial=ProtectionLevel.NONE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity"] = IdentityField(
            today=self.today,
            label="Person- eller samordningsnummer",
            help_text="ÅÅÅÅMMDD-NNNN. Lämna tomt om det är okänt.",
        )
        self.fields["birth_year"] = forms.IntegerField(
            label="Födelseår",
            required=False,
            min_value=1900,
            max_value=self.today.year,
            help_text="Behövs bara när numret är okänt. Ungefärligt duger.",
        )
        self.order_fields(["name", "identity", "birth_year", "sex", "children_count", "protection"])

    @property
    def person(self) -> NewPerson:
        data = self.cleaned_data
        return NewPerson(
            name=data["name"],
            identity=data["identity"],
            birth_year=data["birth_year"],
            sex=data["sex"],
            children_count=data["children_count"],
            protection=data["protection"],
        )


class PersonForm(PersonFields):
    """Correct the person's facts."""


class IntakeForm(PersonFields, ReopenForm):
    """Everything about a first contact on one page: the contact, the person, and who takes the case."""

    PARTS = (
        ("Kontakten", ("received", "source", "kind", "channel", "informant", "text", "concerns_child")),
        ("Personen", ("name", "identity", "birth_year", "sex", "children_count", "protection")),
        ("Vem tar ärendet?", ("unit", "handler")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for _, names in self.PARTS for name in names])

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in self.PARTS]
