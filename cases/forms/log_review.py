"""Loggkontroll: the choices above the list, a mark, a question to the manager, the signature."""

from collections.abc import Iterable
from typing import Any

from django import forms

from avhopp.accounts.models import User
from avhopp.pages.forms import choice_field
from cases.forms.fields import text_area
from cases.log_review.flags import RULES
from cases.models import LogReviewItem

KINDS = [
    ("", "Alla"), ("slump", "Bara urvalet"), ("flaggade", "Flaggade"), ("nodatkomst", "Nödåtkomst"),
    ("polis", "Polisens"),
]  # fmt: skip
STATES = [("", "Alla"), ("kvar", "Att bedöma"), *LogReviewItem.Verdict.choices]
TEXT_HELP = "Skriv inget om personen i ärendet."


class LogFilterForm(forms.Form):
    """Sent with GET: units and readers by their random ids, never by name."""

    lage = forms.ChoiceField(label="Bedömning", choices=STATES, required=False)
    slag = forms.ChoiceField(label="Varför dragen", choices=KINDS, required=False)
    flagga = forms.ChoiceField(
        label="Flagga", required=False, choices=[("", "Alla"), *((rule.code, rule.label) for rule in RULES)]
    )
    enhet = forms.ChoiceField(label="Enhet", required=False)
    lasare = forms.ChoiceField(label="Läsare", required=False)

    def __init__(self, *args: Any, units: dict[Any, str], readers: dict[Any, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (("enhet", units), ("lasare", readers)):
            ordered = sorted(((str(key), text) for key, text in found.items()), key=lambda pair: pair[1])
            choice_field(self, name).choices = [("", "Alla"), *ordered]

    @property
    def given(self) -> dict[str, str]:
        """What was chosen; what is no choice is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label="Din bedömning", choices=LogReviewItem.Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="Varför", required=False, max_length=2000, widget=text_area(4),
        help_text=f"Krävs när något behöver förklaras eller får en anmärkning. {TEXT_HELP}",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        needs = data.get("verdict") not in (None, LogReviewItem.Verdict.NONE)
        if needs and not (data.get("reason") or "").strip() and "reason" not in self.errors:
            self.add_error("reason", "Skriv varför, så att den som läser förstår.")
        return data


class PlainForm(forms.Form):
    """Many at a time: those that chance alone has drawn, ticked from the beginning."""

    items = forms.MultipleChoiceField(
        label="Läsningar", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj minst en läsning."},
    )  # fmt: skip

    def __init__(self, *args: Any, rows: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, choices = choice_field(self, "items"), list(rows)
        field.choices = choices
        field.initial = [key for key, _ in choices]


class QuestionForm(forms.Form):
    to = forms.ChoiceField(label="Till")
    text = forms.CharField(
        label="Vad behöver chefen svara på?", max_length=2000, widget=text_area(4),
        help_text=f"Chefen ser vem som läste, vad, när och ärendets nummer. {TEXT_HELP}",
    )  # fmt: skip

    def __init__(self, *args: Any, managers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.managers = {str(one.pk): one for one in managers}
        choice_field(self, "to").choices = [
            (key, f"{one.name}, {one.unit.name}" if one.unit else one.name)
            for key, one in self.managers.items()
        ]

    def clean_to(self) -> User:
        return self.managers[self.cleaned_data["to"]]


class AnswerQuestionForm(forms.Form):
    answer = forms.CharField(
        label="Ditt svar", max_length=2000, widget=text_area(5), help_text=f"Kan inte ändras. {TEXT_HELP}"
    )


class SignForm(forms.Form):
    measures = forms.CharField(
        label="Iakttagelser och åtgärder", max_length=2000, widget=text_area(6),
        help_text="Vad granskningen visade och vad som görs, av vem och när. Skriv ”Inga” om inget behövs.",
    )  # fmt: skip


class LiftForm(forms.Form):
    reason = forms.CharField(
        label="Varför behöver fler ärenden läsas i dag?", max_length=300, widget=text_area(3)
    )
