"""Every field of every model posted to every address that writes: only the form's own fields count (SR-07).

The same form is sent twice, from the same state: as the page gives it, and with all model fields besides.
What is written must be the same. Both are undone.
"""

import datetime
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import User
from cases.actions.accounts import ensure_machine_accounts
from cases.models import Case
from cases.states import CaseEvent
from tests.access import test_outsiders
from tests.access.test_outsiders import ALL, Address, client_of

golden = test_outsiders.golden

OURS = ("accounts", "cases", "placements", "collaboration", "reports", "audit")
#: Where the own sign-in is: its tests send forms with factors, which change by themselves from time to time.
ELSEWHERE = "avhopp.accounts"
TEXT = "Prov av formuläret, med fler än tjugo tecken"


def models_of_ours() -> list[type[models.Model]]:
    """Every model whose rows a form might reach; history follows of itself."""
    found = [model for model in apps.get_models() if model._meta.app_label in OURS and model._meta.managed]
    return [model for model in found if not model.__name__.startswith("Historical")]


def foreign_values() -> dict[str, str]:
    """For every column of every model a value that nothing has: each would be seen if it were written."""
    found = {}
    for model in models_of_ours():
        for column in model._meta.concrete_fields:
            for name in {column.name, column.attname}:
                found[name] = foreign_value(column)
    return found


def foreign_value(column: models.Field) -> str:
    if isinstance(column, models.ForeignKey | models.UUIDField):
        return str(uuid.UUID(int=7))
    if isinstance(column, models.BooleanField):
        return "on"
    if isinstance(column, models.DateTimeField):
        return "1987-06-05T04:03"
    if isinstance(column, models.DateField):
        return "1987-06-05"
    if isinstance(column, models.IntegerField | models.DecimalField):
        return "29"
    if column.choices:
        return str(column.choices[-1][0])
    return "främmande värde"


@dataclass
class Control:
    """One field of a form: what kind it is, what stands in it, and what can be chosen."""

    kind: str
    required: bool = False
    value: str = ""
    choices: list[str] = field(default_factory=list)


class FormsOf(HTMLParser):
    """The forms of a page that post, by the address they post to, with what a browser would send."""

    def __init__(self, markup: str, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: dict[str, dict[str, Control]] = {}
        self.controls: dict[str, Control] = {}
        self.name, self.inside = "", False
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = said.get("method", "").lower() == "post"
            self.controls = {}
            if self.inside:
                self.forms[said.get("action") or self.url] = self.controls
        elif self.inside and tag in ("input", "textarea", "button", "select") and said.get("name"):
            self.add(said["name"], tag, said)
        elif self.inside and tag == "option" and self.name:
            self.choose(self.control(), said.get("value", ""), "selected" in said)

    def add(self, name: str, tag: str, said: dict[str, str]) -> None:
        kind = said.get("type", tag) if tag in ("input", "button") else tag
        control = self.controls.setdefault(name, Control(kind))
        control.required |= "required" in said
        if kind in ("radio", "checkbox", "submit"):
            self.choose(control, said.get("value", "on"), "checked" in said or kind == "submit")
        elif tag == "input":
            control.value = said.get("value", "")
        self.name = name if tag in ("textarea", "select") else self.name

    def control(self) -> Control:
        return self.controls[self.name]

    @staticmethod
    def choose(control: Control, value: str, chosen: bool) -> None:
        control.choices += [value] if value else []
        control.value = value if chosen else control.value

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self.name = ""
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.name and self.control().kind == "textarea":
            self.control().value += data.strip()


def filled(form: dict[str, Control], today: datetime.date) -> dict[str, str]:
    """What somebody would send who fills in what must be; a box that is not ticked is not sent."""
    values = {name: sent(name, control, today) for name, control in form.items()}
    return {name: value for name, value in values.items() if value or form[name].kind != "checkbox"}


def sent(name: str, control: Control, today: datetime.date) -> str:
    if control.value or (not control.required and control.kind not in ("radio", "textarea")):
        return control.value
    if control.choices:
        return control.choices[0]
    if control.kind == "date":
        return today.isoformat()
    if control.kind == "number":
        return "1"
    return "AVH-2022-0001" if name == "case_no" else "25" if name in MONEY else TEXT


#: Forms that must come through for the test to have said something.
LEAST = 12
MONEY = ("rate", "amount", "applied", "granted", "paid", "max_rate", "night_rate")


def state() -> Counter:
    """Every row of every table that the acting importer sees, as values."""
    rows: Counter = Counter()
    for model in models_of_ours():
        if model._meta.label in UNREADABLE:
            continue
        names = [column.attname for column in model._meta.concrete_fields]
        for row in model._default_manager.values_list(*names):
            rows[(model._meta.label, *map(repr, row))] += 1
    return rows


#: The web process's login cannot read them, or they are written at every request.
UNREADABLE = {"audit.ReadEntry", "accounts.Session", "placements.PlaceTried"}


def written(
    client: Client, url: str, data: dict[str, str], importer: User, before: Counter
) -> tuple[int, list[str]]:
    """The status, and the rows that were written or changed, without new ids and moments; undone again."""
    with transaction.atomic():
        status = client.post(url, data).status_code
        with acting(importer):
            changed = state() - before
        transaction.set_rollback(True)
    old = {value for row in before for value in row}
    return status, sorted(" ".join(plain(value, old) for value in row) for row in changed)


#: What is made anew each time: ids, also as text or inside a copy, checksums, moments, sealed bytes.
MADE = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|D-[A-Z0-9]{4}-[A-Z0-9]{2}|b'.*'|<memory.*>|\d{4}-\d\d-\d\dT[\d:.+]+"
)


def plain(value: str, old: set[str]) -> str:
    if value.startswith("datetime.datetime("):
        return "MOMENT"
    return value if value in old else MADE.sub("NEW", value)


def addresses(golden: Case) -> Iterator[tuple[str, str]]:
    """Everything but the own account, with real objects in the address."""
    for address in ALL:
        if address.name in METHODS:
            yield address.name, reverse(address.name, kwargs=arguments(address, golden))


def arguments(address: Address, case: Case) -> dict[str, object]:
    """Real objects: of the case where there are any, otherwise any of the municipality."""
    thing = None
    if address.model is not None and address.model is not Case:
        names = {one.name for one in address.model._meta.fields}
        rows = address.model._default_manager.all()
        thing = (rows.filter(case=case).first() if "case" in names else None) or rows.first()
    found: dict[str, object] = {}
    for name, converter in address.converters.items():
        if name == "case_id":
            found[name] = getattr(thing, "case_id", None) or case.pk
        elif type(converter).__name__ == "UUIDConverter":
            found[name] = thing.pk if thing else uuid.uuid4()
        else:
            found[name] = CaseEvent.REVIEW
    return found


def methods_by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}

    def walk(patterns: list) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns)
            elif not pattern.callback.__module__.startswith(ELSEWHERE):
                found[pattern.name] = pattern.callback.access.methods

    walk(test_outsiders.get_resolver("avhopp.urls").url_patterns)
    return found


METHODS = methods_by_name()


def forms_of(client: Client, urls: list[tuple[str, str]]) -> dict[str, dict[str, Control]]:
    """Every form that the role is shown on these pages, by the address it posts to."""
    found: dict[str, dict[str, Control]] = {}
    for _, url in urls:
        page = client.get(url)
        if page.status_code == 200 and page.headers["Content-Type"].startswith("text/html"):
            found |= FormsOf(page.content.decode(), url).forms
    return found


def check(golden: Case, handle: str, today: datetime.date) -> tuple[int, int]:
    """How many forms were sent, and how many of them wrote something."""
    importer = ensure_machine_accounts(golden.municipality)[Role.IMPORTER]
    client, count, wrote = client_of(golden, handle), 0, 0
    values = foreign_values()
    with acting(importer):
        urls, before = list(addresses(golden)), state()
    forms = forms_of(client, urls)
    for name, url in urls:
        if url not in forms or "POST" not in METHODS[name]:
            continue
        data = filled(forms[url], today)
        extra = {key: value for key, value in values.items() if key not in forms[url]}
        assert len(extra) > 150
        plainly = written(client, url, data, importer, before)
        assert written(client, url, {**extra, **data}, importer, before) == plainly, (handle, name)
        count, wrote = count + 1, wrote + bool(plainly[1])
    return count, wrote


def test_fields_that_the_form_does_not_have_change_nothing(golden, today):
    count, wrote = check(golden, "asta", today)
    print(f"{count} forms sent, {wrote} wrote")  # noqa: T201
    assert wrote >= LEAST


@pytest.mark.deep
@pytest.mark.parametrize("handle", ["siri", "bo", "frida", "eskil", "nils", "eva", "lova"])
def test_likewise_for_the_other_roles(golden, today, handle):
    if not User.objects.filter(municipality=golden.municipality_id, handle=handle).exists():
        pytest.skip("not in the golden scenario")
    check(golden, handle, today)


def test_a_field_that_is_taken_would_be_seen(golden, today, monkeypatch):
    """The twin: a form that takes one field more is found out."""
    importer = ensure_machine_accounts(golden.municipality)[Role.IMPORTER]
    client, url = client_of(golden, "asta"), reverse("person", args=[golden.pk])
    data = filled(FormsOf(client.get(url).content.decode(), url).forms[url], today)
    with acting(importer):
        before = state()
    mine = written(client, url, data, importer, before)
    assert written(client, url, {**data, "children_count": "7"}, importer, before) != mine
