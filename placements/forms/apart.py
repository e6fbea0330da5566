"""The shape of a mark between two cases."""

from django import forms


class ApartForm(forms.Form):
    """Case numbers, and no reason: what is not written cannot leak."""

    one = forms.CharField(label="Ärendenummer", max_length=20)
    other = forms.CharField(label="Ärendenummer, det andra", max_length=20)
