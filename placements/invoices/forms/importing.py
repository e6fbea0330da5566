"""A file of invoices, and what the columns of a CSV file mean.

The file travels with the form until it is read in: nothing of it is kept before that.
"""

import base64
import binascii
import zlib
from typing import Any, cast

from django import forms

from avhopp.accounts.models import User
from avhopp.kernel.refusal import Refused
from placements.invoices.csv_reading import (
    COLUMNS,
    DATES,
    DECIMALS,
    DELIMITERS,
    DEPARTURE,
    ENCODINGS,
    LAST_NIGHT,
    Columns,
    Table,
)
from placements.invoices.csv_reading import MOST_BYTES as MOST_CSV
from placements.invoices.xml_reading import MOST_BYTES as MOST_XML
from placements.models import Provider

MOST = max(MOST_CSV, MOST_XML)
#: What fits in a form beside everything else that it says.
MOST_PACKED = 1_500_000


class ImportForm(forms.Form):
    provider = forms.ModelChoiceField(label="Utförare", queryset=Provider.objects.none())
    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,
        required=False,
        help_text="CSV (högst 1 MB), Svefaktura 1.0 eller Peppol BIS Billing 3 (XML, högst 5 MB).",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xml"}),
    )
    packed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = cast(forms.ModelChoiceField, self.fields["provider"])
        providers.queryset = Provider.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file = said.get("file")
        try:
            if file is not None:
                if file.size > MOST:
                    raise Refused("too_large", "Filen är större än 5 MB.")
                said["content"] = file.read()
            elif said.get("packed"):
                said["content"] = unpacked(said["packed"])
            else:
                raise Refused("required", "Välj en fil.")
            if not said["content"]:
                raise Refused("empty", "Filen är tom. Välj en annan fil.")
            if len(packed(said["content"])) > MOST_PACKED:
                raise Refused("too_large", "Filen är för stor för att läsas in här. Dela upp den.")
        except Refused as refused:
            self.add_error("file", forms.ValidationError(refused.text, code=refused.code))
        return said


def packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def unpacked(text: str) -> bytes:
    """What was packed, and no more than a file may hold.

    Raises:
        Refused: broken, too_large.
    """
    try:
        opened = zlib.decompressobj()
        content = opened.decompress(base64.b64decode(text, validate=True), MOST + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise Refused("broken", "Filen följde inte med. Välj den igen.") from None
    if len(content) > MOST:
        raise Refused("too_large", "Filen är större än 5 MB.")
    return content


class ColumnsForm(forms.Form):
    """Which column is what, and how dates and amounts are written."""

    encoding = forms.ChoiceField(label="Tecken", choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label="Kolumner skiljs av", choices=[(k, v) for k, v in DELIMITERS.items()])
    dates = forms.ChoiceField(label="Datum skrivs som", choices=list(DATES.items()))
    decimals = forms.ChoiceField(label="Belopp skrivs som", choices=list(DECIMALS.items()))
    last_is = forms.ChoiceField(
        label="Till-datumet är",
        choices=[(LAST_NIGHT, "Sista dygnet som debiteras"), (DEPARTURE, "Avresedagen, som inte debiteras")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": "kolumn"})
        headings = [("", "Finns inte i filen"), *((one, one) for one in table.headings)]
        for name, (label, must, _) in COLUMNS.items():
            self.fields[name] = forms.ChoiceField(label=label, required=must, choices=headings)

    def said(self) -> Columns:
        said = self.cleaned_data
        return Columns(
            {name: said[name] for name in COLUMNS if said[name]}, said["dates"], said["decimals"],
            said["last_is"],
        )  # fmt: skip
