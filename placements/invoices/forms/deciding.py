"""The shape of what is decided about an invoice, and of the account plan."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from avhopp.kernel.money import format_kr
from avhopp.pages.forms import DateField
from cases.states import MeasureKind
from placements.invoices.actions.deciding import Match
from placements.invoices.checks import Doubtful
from placements.invoices.models import AccountRule, ExportFormat
from placements.invoices.models.accounts import CODE


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


class AttestForm(forms.Form):
    """A question with a button, and a tick when there is something to have read: lines and words."""

    def __init__(self, *args: Any, reasons: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reasons:
            self.fields["seen"] = forms.BooleanField(
                label="Jag har kontrollerat att de raderna inte är dygn som betalas på annat sätt",
                required=False,
                help_text=" ".join(f"Rad {number}: {words}" for number, words in reasons),
            )


class ConfirmForm(forms.Form):
    """Nothing to fill in: a question with a button."""


class ApproveForm(forms.Form):
    explanation = forms.CharField(
        label="Varför godkänns skillnaden?",
        max_length=1000,
        widget=_area(),
        required=False,
        help_text="Skriv inga namn. Den som attesterar läser det här.",
    )

    def __init__(self, *args: Any, doubtful: Sequence[Doubtful] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubtful = doubtful
        for one in doubtful:
            self.fields[one.field] = forms.CharField(
                label=f"Rad {one.line.position}, {format_kr(one.line.amount, 2)}: varför är det inte dygn?",
                max_length=1000,
                widget=_area(),
                required=False,
                help_text=f"Raden ser ut som dygn: {one.why}. "
                "Skriv inga namn. Den som attesterar läser det här.",
            )

    def not_nights(self) -> dict[UUID, str]:
        return {one.line.pk: self.cleaned_data[one.field] for one in self.doubtful}


class QuestionForm(forms.Form):
    reason = forms.CharField(
        label="Fråga till utföraren",
        max_length=1000,
        widget=_area(),
        help_text="Skriv inga namn. Frågan skickas inte härifrån: ring eller skriv till utföraren.",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Varför?", max_length=1000, widget=_area(), help_text="Skriv inga namn.")


class PaidForm(forms.Form):
    on = DateField(label="Betald den")


class ExportForm(forms.Form):
    encoding = forms.ChoiceField(
        label="Filens tecken",
        choices=ExportFormat.choices,
        widget=forms.RadioSelect,
        initial=ExportFormat.UTF8,
        help_text="Det som ekonomisystemet läser. UTF-8 fungerar i de flesta.",
    )


class AccountRuleForm(forms.Form):
    kind = forms.ChoiceField(label="Slag av insats", choices=MeasureKind.choices)
    inside = forms.TypedChoiceField(
        label="Ramavtal",
        choices=[("ja", "Inom ramavtal"), ("nej", "Utanför ramavtal")],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "ja",
        initial="ja",
    )
    account = forms.CharField(label="Konto", max_length=12, validators=[CODE])
    cost_centre = forms.CharField(label="Ansvar", max_length=12, validators=[CODE])
    operation = forms.CharField(label="Verksamhet", max_length=12, required=False, validators=[CODE])
    activity = forms.CharField(label="Aktivitet", max_length=12, required=False, validators=[CODE])
    counterpart = forms.CharField(label="Motpart", max_length=12, required=False, validators=[CODE])
    valid_from = DateField(label="Gäller från")
    valid_to = DateField(
        label="Gäller till",
        required=False,
        help_text="Första dagen då regeln inte gäller. Tomt: tills vidare.",
    )

    def rule(self) -> AccountRule:
        return AccountRule(**self.cleaned_data)


class EndRuleForm(forms.Form):
    valid_to = DateField(label="Gäller till", help_text="Första dagen då regeln inte gäller.")


class MatchForm(forms.Form):
    """One question per line: which stay it is for.

    `rows`: the line's id, label, choices, what is chosen, whether it can free nights, and whether it does.
    """

    NONE = "ingen"

    def __init__(
        self,
        *args: Any,
        rows: Sequence[tuple[UUID, str, list[tuple[str, str]], str, bool, bool]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[tuple[UUID, str, str]] = []
        for number, (key, label, choices, chosen, can_free, frees) in enumerate(rows, start=1):
            stay, free = f"rad{number}", f"rad{number}_fri"
            widget = forms.RadioSelect if len(choices) < 7 else forms.Select
            self.fields[stay] = forms.ChoiceField(
                label=label,
                choices=[*choices, (self.NONE, "Vet inte än")],
                initial=chosen or self.NONE,
                widget=widget,
            )
            if can_free:
                self.fields[free] = forms.BooleanField(
                    label="Krediterar hela dygn: de kan faktureras på nytt", required=False, initial=frees
                )
            self.lines.append((key, stay, free))

    def matches(self) -> dict[UUID, Match]:
        found = {}
        for key, stay, free in self.lines:
            said = self.cleaned_data[stay]
            found[key] = Match(
                None if said == self.NONE else UUID(said), bool(self.cleaned_data.get(free, False))
            )
        return found
