"""A file, what it is called and what it is; and why it is taken away."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from avhopp.files.limits import MAX_BYTES
from avhopp.files.opening import CleanFile, clean
from avhopp.files.refusals import ALLOWED, refusal
from avhopp.kernel.refusal import Refused
from avhopp.pages.forms import DateField
from cases.forms.fields import text_area
from cases.models.documents import DocumentKind

#: Who can open a document of each kind, said where the kind is chosen.
MOST = "läses av handläggare, samordnare och chefer"
WHO_SEES = {
    DocumentKind.POLICE: MOST,
    DocumentKind.DECISION: MOST,
    DocumentKind.INVESTIGATION: f"{MOST}, så inget om hälsa eller barn",
    DocumentKind.PLAN: f"{MOST}, så inget om hälsa eller barn",
    DocumentKind.CONSENT: MOST,
    DocumentKind.HEALTH: "läses av handläggare och 1:e socialsekreterare",
    DocumentKind.CHILDREN: "läses av handläggare, 1:e socialsekreterare och enhetschef",
    DocumentKind.OTHER: "läses av den som får läsa journalen",
}
ACCEPT = ".pdf,.docx,.jpg,.jpeg,.png"


class DocumentForm(forms.Form):
    """Title and kind first: they stay when the file is refused, and browsers send them before it."""

    kind = forms.ChoiceField(
        label="Vad är det för handling?",
        widget=forms.RadioSelect,
        help_text="Slaget avgör vem som kan öppna den. Är du osäker, välj det slag som färre läser.",
    )
    title = forms.CharField(
        label="Rubrik",
        max_length=120,
        help_text="Så att den hittas i listan. Skriv inga platser och inga andra personers namn.",
    )
    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,
        error_messages={"required": "Välj en fil. En fil som inte gick att ta emot måste väljas igen."},
        help_text=f"{ALLOWED}, högst 20 MB. Uppgifter om vem, var och när i filen tas bort, liksom dess "
        "namn. Elektroniska underskrifter följer inte med.",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, kinds: Sequence[DocumentKind], today: date, **kwargs: Any) -> None:
        chosen = {"kind": kinds[0].value} if len(kinds) == 1 else {}
        kwargs["initial"] = {"dated": today, **chosen, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        choices = [(kind.value, f"{kind.label} – {WHO_SEES[kind]}") for kind in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        self.fields["dated"] = DateField(
            label="Handlingens datum", latest=today, help_text="Den dag som står på den."
        )
        self.order_fields(["kind", "title", "dated", "file"])

    def clean_file(self) -> CleanFile:
        """The file made anew; it is opened only when the rest of the form is right."""
        received = self.cleaned_data["file"]
        try:
            if received.size > MAX_BYTES:
                raise refusal("too_large")
            if self.errors:
                raise forms.ValidationError("Välj filen igen när resten är ifyllt.", code="not_opened")
            return clean(received.read())
        except Refused as refused:
            raise forms.ValidationError(refused.text, code=refused.code) from refused


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label="Varför tas handlingen bort?",
        max_length=300,
        widget=text_area(3),
        help_text="Till exempel: fel fil, fel ärende, ersatt av en ny.",
    )
