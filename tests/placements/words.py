"""Fill in a page and read what it said."""

from django.test import Client


def errors(response) -> str:
    """The errors of the page's form, in words."""
    return " ".join(text for texts in response.context["form"].errors.values() for text in texts)


def count(client: Client, address: str, said: dict):
    """Press “Räkna”."""
    return client.post(address, {**said, "gor": "rakna"})


def save(client: Client, address: str, said: dict):
    """Count, then save what was counted, as a person does."""
    counted = count(client, address, said)
    assert counted.context["effect"] is not None, errors(counted)
    shown = {name: counted.context["form"][name].value() for name in counted.context["form"].fields}
    said = {name: "" if value is None else value for name, value in shown.items()}
    return client.post(address, {**said, "gor": "spara", "counted": counted.context["counted"]})
