"""Names in lists and in what one chooses among: å, ä, ö last and in that order, é as e."""

import re
from itertools import count

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import PoliceUnit, Unit, User
from avhopp.kernel.swedish import sort_key
from cases.handlers import handlers_of
from cases.models import Person
from placements.actions.agreements import AgreementFacts, add_agreement
from placements.actions.providers import ProviderFacts, add_provider
from placements.models import FrameworkAgreement, Provider

IN_ORDER = [
    "André Ek", "Andrea Ek", "Edda Ek", "Édith Ek", "Eva Ek", "Vera Ek", "Wanja Ek", "Zara Ek", "Åsa Ek",
    "ärla Ek", "Östen Ek",
]  # fmt: skip
SHUFFLED = [IN_ORDER[(7 * n) % len(IN_ORDER)] for n in range(len(IN_ORDER))]


def listed(text: str) -> list[str]:
    """The names in the order in which the page shows them first."""
    found = re.findall("|".join(map(re.escape, IN_ORDER)), text)
    return list(dict.fromkeys(found))


def test_the_order_is_written_out_here_and_python_agrees():
    assert sorted(SHUFFLED, key=sort_key) == IN_ORDER != SHUFFLED


@pytest.fixture
def colleagues(cast) -> list[User]:
    """Case workers of the unit with these names."""
    return [
        cast.add(f"h{number}", Role.CASE_WORKER, cast.beroende, name=name)
        for number, name in enumerate(SHUFFLED)
    ]


def test_persons_in_the_work_list(as_, another):
    for name in SHUFFLED:
        another(name=name)
    client = as_("asta")
    assert listed(client.get(reverse("my_cases"), {"ordning": "person"}).content.decode()) == IN_ORDER
    falling = client.get(reverse("my_cases"), {"ordning": "-person"}).content.decode()
    assert listed(falling) == IN_ORDER[::-1]


def test_persons_by_themselves(cast, another):
    for name in SHUFFLED:
        another(name=name)
    with acting(cast.asta):
        assert [row.name for row in Person.objects.visible_to(cast.asta)] == IN_ORDER
        assert [row.name for row in Person.objects.visible_to(cast.asta).reverse()] == IN_ORDER[::-1]


def test_handlers_in_the_work_list(as_, cast, colleagues, another):
    people = cast.people
    for user in colleagues:
        people[user.handle] = user
        another(handler=user.handle)
    found = as_("siri").get(reverse("my_cases"), {"ordning": "handlaggare", "urval": "alla"})
    assert listed(found.content.decode().split("<tbody", 1)[1]) == IN_ORDER
    found = as_("siri").get(reverse("my_cases"), {"ordning": "-handlaggare", "urval": "alla"})
    assert listed(found.content.decode().split("<tbody", 1)[1]) == IN_ORDER[::-1]


def test_handlers_to_choose_among(as_, cast, colleagues, another, today):
    with acting(cast.siri):
        chosen = [user.name for user in handlers_of(cast.siri, today) if user.name in IN_ORDER]
    assert chosen == IN_ORDER
    page = as_("siri").post(reverse("intake"), {"steg": "okand"}).content.decode()
    assert listed(page) == IN_ORDER
    page = as_("siri").get(reverse("handler", args=[another().pk])).content.decode()
    assert listed(page) == IN_ORDER


@pytest.mark.parametrize(("model", "more"), [(Unit, {}), (PoliceUnit, {"kind": "lpo"})])
def test_units_to_choose_among(as_, cast, another, model, more):
    refs = count()
    for name in SHUFFLED:
        model.objects.create(municipality=cast.municipality, ref=f"x{next(refs)}", name=name, **more)
    case = another()
    where = reverse("my_cases") if model is Unit else reverse("consent_new", args=[case.pk])
    assert listed(as_("siri").get(where).content.decode()) == IN_ORDER
    assert [row.name for row in model.objects.all() if row.name in IN_ORDER] == IN_ORDER


def test_providers_and_their_agreements(as_, cast, today):
    on = {"by": cast.siri, "today": today}
    with acting(cast.siri):
        for name in SHUFFLED:
            provider = add_provider(facts=ProviderFacts(name, "hvb"), **on)
            add_agreement(provider=provider, facts=AgreementFacts(today, None, 1000), **on)
        assert [row.name for row in Provider.objects.visible_to(cast.siri)] == IN_ORDER
        agreements = FrameworkAgreement.objects.visible_to(cast.siri).select_related("provider")
        assert [row.provider.name for row in agreements] == IN_ORDER
    client = as_("siri")
    assert listed(client.get(reverse("providers")).content.decode()) == IN_ORDER
    for column in ("namn", "slag", "kod"):
        found = client.get(reverse("providers"), {"ordning": f"-{column}"}).content.decode()
        assert listed(found) == (IN_ORDER[::-1]), column
