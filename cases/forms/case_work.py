"""Steps, tasks, follow-ups and the change of handler: forms that ask for little."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from avhopp.accounts.models import PoliceUnit, User
from avhopp.pages.forms import DateField, choice_field
from cases.actions.case_state import CHOSEN_REASONS, Closing
from cases.forms.fields import text_area
from cases.models import Case, Intake
from cases.states import CaseEvent
from cases.steps import Step

REASON_LENGTH = 1000  # a reason stands in the timeline; what needs more room belongs in the journal


class StepForm(forms.Form):
    """What a step asks for: a day, a reason, and for a closing why and how it went."""

    def __init__(self, *args: Any, step: Step, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step, self.today = step, today
        if step.asks_day:
            self.fields["on"] = DateField(label=step.day, initial=today, latest=today)
        if step.event == CaseEvent.CLOSE:
            self.fields["closing_reason"] = forms.ChoiceField(
                label="Varför avslutas ärendet?",
                widget=forms.RadioSelect,
                choices=[(reason.value, reason.label) for reason in CHOSEN_REASONS],
            )
            self.fields["outcome"] = forms.ChoiceField(
                label="Hur gick det?", choices=Case.Outcome, widget=forms.RadioSelect
            )
        if step.asks_reason:
            self.fields["reason"] = forms.CharField(
                label=step.reason, max_length=REASON_LENGTH, widget=text_area(4)
            )

    @property
    def given(self) -> dict[str, Any]:
        """The arguments of the action."""
        data = self.cleaned_data
        given: dict[str, Any] = {"on": data.get("on") or self.today, "reason": data.get("reason", "")}
        if "closing_reason" in data:
            given["closing"] = Closing(data["closing_reason"], data["outcome"])
        return given


class TaskForm(forms.Form):
    """A task is done: when, and what came of it."""

    outcome = forms.CharField(label="Vad kom fram?", widget=text_area(4))

    def __init__(self, *args: Any, today: date, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "on": DateField(label="Dag", initial=today, earliest=earliest, latest=today),
            **self.fields,
        }


class ChildSafetyForm(TaskForm):
    outcome = forms.CharField(
        label="Bedömning av barnets behov av omedelbart skydd",
        widget=text_area(8),
        help_text="Vad talar för och emot att barnet behöver skydd nu?",
    )


class PoliceContactForm(TaskForm):
    """Who at the police was reached, how and with what result (R-02)."""

    person = forms.CharField(
        label="Vem fick du kontakt med?", max_length=80, help_text="Namn på polisens samordnare."
    )
    channel = forms.ChoiceField(label="Hur?", choices=Intake.Channel, widget=forms.RadioSelect)
    unit = forms.ChoiceField(label="Polisenhet som har ärendet")

    def __init__(self, *args: Any, units: Iterable[PoliceUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        choice_field(self, "unit").choices = [
            ("", "Välj"),
            *((key, unit.name) for key, unit in self.units.items()),
        ]
        self.order_fields(["on", "unit", "person", "channel", "outcome"])

    def clean_unit(self) -> PoliceUnit:
        return self.units[self.cleaned_data["unit"]]


class FollowUpPlanForm(forms.Form):
    with_police = forms.BooleanField(label="Gemensam uppföljning med polisen", required=False)

    def __init__(self, *args: Any, today: date, planned: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = "Dag för uppföljningen"
        self.fields = {"planned": DateField(label=label, initial=planned, earliest=today), **self.fields}


class FollowUpHeldForm(forms.Form):
    with_police = forms.BooleanField(label="Gemensam uppföljning med polisen", required=False)
    summary = forms.CharField(
        label="Vad visade uppföljningen?",
        widget=text_area(7),
        help_text="Mål, vad som fungerar, vad personen själv tycker och vad som behöver ändras.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"held": DateField(label="Genomförd", initial=today, latest=today), **self.fields}


class HandlerForm(forms.Form):
    """Hand the case over, with the reason."""

    handler = forms.ChoiceField(label="Ny handläggare")
    reason = forms.CharField(label="Skäl", max_length=300, widget=text_area(3))

    def __init__(self, *args: Any, handlers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handlers = {str(handler.pk): handler for handler in handlers}
        names = [
            (key, f"{one.name}, {one.unit.name}" if one.unit else one.name)
            for key, one in self.handlers.items()
        ]
        choice_field(self, "handler").choices = [("", "Välj"), *names]

    def clean_handler(self) -> User:
        return self.handlers[self.cleaned_data["handler"]]
