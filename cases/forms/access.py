"""Who may open the case: temporary grants, co-handlers, endings; requests, emergencies and their review."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from avhopp.accounts.models import Unit, User
from avhopp.pages.forms import DateField, choice_field
from cases.actions.access import LAST_DAY
from cases.actions.requests import last_day
from cases.forms.fields import text_area
from cases.models import AccessRequest, EmergencyAccess
from cases.models.grants import SHORTEST_REASON

READ_OR_WORK = [("lasa", "Läsa"), ("arbeta", "Läsa och arbeta i ärendet")]
MINUTES = [(15, "15 minuter"), (30, "30 minuter"), (60, "60 minuter")]
CASE_NO = "Till exempel AVH-2020-0001. Svaret här är detsamma vare sig numret finns eller inte."


def reason_field(label: str, help_text: str = "") -> forms.CharField:
    text = f"Minst {SHORTEST_REASON} tecken. {help_text}".strip()
    return forms.CharField(
        label=label, min_length=SHORTEST_REASON, max_length=300, widget=text_area(3), help_text=text
    )


def until_field(today: date) -> DateField:
    return DateField(
        label="Till och med",
        initial=last_day(today),
        earliest=today,
        latest=today + LAST_DAY,
        help_text="Högst 90 dagar. Behörigheten slutar av sig själv.",
    )


def who(user: User) -> str:
    return f"{user.name}, {user.unit.name}" if user.unit else user.name


class TemporaryForm(forms.Form):
    """To one person or one unit."""

    to = forms.ChoiceField(label="Vem ska få behörighet?")
    how = forms.ChoiceField(
        label="Vad ska de kunna göra?", choices=READ_OR_WORK, initial="lasa", widget=forms.RadioSelect,
        help_text="Rollen bestämmer fortfarande vilka uppgifter som syns.",
    )  # fmt: skip
    reason = reason_field("Skäl")

    def __init__(
        self, *args: Any, today: date, people: Iterable[User], units: Iterable[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.receivers: dict[str, User | Unit] = {str(one.pk): one for one in (*people, *units)}  # type: ignore[misc]
        persons = [(str(one.pk), who(one)) for one in self.receivers.values() if isinstance(one, User)]
        groups = [(str(one.pk), one.name) for one in self.receivers.values() if isinstance(one, Unit)]
        choice_field(self, "to").choices = [
            ("", "Välj"),
            ("Person", persons),
            ("Hela enheten", groups),
        ]
        self.fields["until"] = until_field(today)
        self.order_fields(["to", "how", "until", "reason"])

    def clean_to(self) -> User | Unit:
        return self.receivers[self.cleaned_data["to"]]

    @property
    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "to": data["to"],
            "to_work": data["how"] == "arbeta",
            "until": data["until"],
            "reason": data["reason"],
        }


class CoHandlerForm(forms.Form):
    handler = forms.ChoiceField(label="Medhandläggare")
    reason = forms.CharField(label="Skäl", max_length=300, widget=text_area(3))

    def __init__(self, *args: Any, handlers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handlers = {str(one.pk): one for one in handlers}
        names = [(key, who(one)) for key, one in self.handlers.items()]
        choice_field(self, "handler").choices = [("", "Välj"), *names]

    def clean_handler(self) -> User:
        return self.handlers[self.cleaned_data["handler"]]


class EndGrantForm(forms.Form):
    """One of the case's grants that can be ended, by the keys given."""

    grant = forms.ChoiceField(label="Vilken behörighet ska sluta gälla?", widget=forms.RadioSelect)
    reason = forms.CharField(label="Skäl", max_length=300, widget=text_area(3))

    def __init__(self, *args: Any, grants: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "grant").choices = list(grants.items())


class RequestForm(forms.Form):
    case_no = forms.CharField(label="Ärendenummer", max_length=20, help_text=CASE_NO)
    how = forms.ChoiceField(
        label="Vad behöver du göra?", choices=READ_OR_WORK, initial="lasa", widget=forms.RadioSelect
    )
    reason = reason_field("Varför behöver du åtkomst?", "Skriv inget om vem personen är.")

    @property
    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "case_no": data["case_no"],
            "reason": data["reason"],
            "to_work": data["how"] == "arbeta",
        }


class AnswerForm(forms.Form):
    """Granted to a day, or refused for one of the reasons that fit any number."""

    answer = forms.ChoiceField(
        label="Svar", choices=[("ja", "Bevilja"), ("nej", "Avslå")], widget=forms.RadioSelect
    )
    how = forms.ChoiceField(
        label="Om du beviljar: vad ska den som frågat kunna göra?",
        choices=READ_OR_WORK,
        widget=forms.RadioSelect,
        required=False,
    )
    refusal = forms.ChoiceField(
        label="Om du avslår: varför?",
        choices=AccessRequest.Refusal,
        widget=forms.RadioSelect,
        required=False,
        help_text="Svaren är sådana att de inte avslöjar om ärendet finns.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until = until_field(today)
        until.required, until.label = False, "Om du beviljar: till och med"
        self.fields["until"] = until
        self.order_fields(["answer", "how", "until", "refusal"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "ja":
            for name in ("how", "until"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Behövs när du beviljar.")
        elif data.get("answer") == "nej" and not data.get("refusal"):
            self.add_error("refusal", "Välj varför begäran avslås.")
        return data

    @property
    def grants(self) -> bool:
        return self.cleaned_data["answer"] == "ja"


class EmergencyForm(forms.Form):
    case_no = forms.CharField(label="Ärendenummer", max_length=20, help_text=CASE_NO)
    minutes = forms.TypedChoiceField(
        label="Hur länge?", choices=MINUTES, coerce=int, initial=30, widget=forms.RadioSelect
    )
    reason = reason_field("Vad är det som är akut?", "Skriv inget om vem personen är. Skälet granskas.")


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label="Var nödåtkomsten befogad?", choices=EmergencyAccess.Verdict, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="Hur kom du fram till det?",
        widget=text_area(5),
        help_text="Du skriver under med ditt namn. Granskningen kan inte ändras.",
    )
