"""What can leave to the police: exactly these keys, and not one more."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collaboration.contents import (
    Assessment,
    Category,
    ConsentScope,
    Contact,
    DecisionFact,
    Facts,
    Identity,
    JointFollowUp,
    ReturnHome,
    Withdrawal,
    build_content,
)
from collaboration.portal.blocks import MAKERS, blocks
from collaboration.portal.seal import canonical, checksum

DAY = date(2026, 11, 21)
FACTS = Facts(
    police_reference="A1/2026",
    identity=Identity("Person Påhittad", "19990101-2384"),
    assessment=Assessment(
        "LPO Prov", "A1/2026", DAY, DAY, date(2027, 2, 19), 2, "Hög", "Hög", "Nej", False, "Egna ord."
    ),
    decision=DecisionFact(True, DAY, "dygnsvård"),
    follow_up=JointFollowUp(DAY),
    return_home=ReturnHome(False),
    contact=Contact("Avhopparsamordnare, Provkommun", "Siri Berg", "08-123", "siri.berg@prov.se"),
)
TAKEN_BACK = replace(FACTS, withdrawal=Withdrawal(DAY, "A9/2026", DAY, "Felaktigt underlag."))
SCOPE = ConsentScope(("Namn och personnummer",), "Samverkan", DAY, date(2027, 11, 20))

#: The list that a data protection officer has agreed to. It is written out here, not derived.
EXACTLY = {
    "format": None,
    "police_reference": None,
    "identity": {"name", "identity_number"},
    "assessment": {
        "police_unit",
        "registry_no",
        "document_date",
        "received",
        "valid_to",
        "version",
        "crime_degree",
        "threat",
        "protection_need",
        "preliminary",
        "wording",
    },
    "withdrawal": {"withdrawn", "registry_no", "document_date", "reason"},
    "decision": {"exists", "decided", "kind"},
    "follow_up": {"planned"},
    "return_home": {"possible"},
    "contact": {"function", "name", "phone", "email"},
    "consent": {"categories", "purpose", "start", "end"},
}


def test_everything_released_has_exactly_these_keys():
    content = build_content(TAKEN_BACK, list(Category), consent=SCOPE)
    assert {key: set(said) if isinstance(said, dict) else None for key, said in content.items()} == EXACTLY
    assert json.loads(canonical(content)) == content


@pytest.mark.parametrize(
    ("category", "section"),
    [
        ("identitet", "identity"),
        ("hotbild", "assessment"),
        ("insats", "decision"),
        ("uppfoljning", "follow_up"),
        ("atervandande", "return_home"),
        ("kontakt", "contact"),
    ],
)
def test_one_category_gives_one_section_and_no_other(category, section):
    assert set(build_content(FACTS, [category])) == {"format", "police_reference", section}


def test_every_category_has_a_section_and_a_block():
    content = build_content(TAKEN_BACK, list(Category), consent=SCOPE)
    shown = blocks(content, DAY)
    assert len(shown) == len(MAKERS) == len(EXACTLY) - 2


@pytest.mark.parametrize("category", list(Category))
def test_what_does_not_exist_cannot_be_released(category):
    with pytest.raises(KeyError):
        build_content(Facts(), [category])


def test_hidden_names_take_the_e_mail_with_them():
    content = build_content(FACTS, list(Category), consent=SCOPE, hide_names=True)
    said = canonical(content).decode()
    assert "Siri" not in said
    assert "siri" not in said
    assert content["contact"] == {
        "function": "Avhopparsamordnare, Provkommun",
        "name": "",
        "phone": "08-123",
        "email": "",
    }
    assert "Siri" in canonical(build_content(FACTS, ["kontakt"])).decode()


def test_the_checksum_is_over_bytes_that_do_not_depend_on_the_order_of_keys():
    content = build_content(FACTS, list(Category))
    turned = {key: content[key] for key in reversed(content)}
    assert canonical(turned) == canonical(content)
    assert checksum(turned) == checksum(content)
    assert checksum({**content, "police_reference": "A2/2026"}) != checksum(content)


def test_canonical_bytes_are_fixed():
    assert canonical({"b": "å", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"å"}'.encode()


@given(st.dictionaries(st.text(), st.text() | st.none() | st.booleans() | st.integers()))
def test_canonical_bytes_survive_storage_as_json(content):
    assert canonical(json.loads(canonical(content))) == canonical(content)


def test_an_assessment_that_ran_out_says_so_and_keeps_its_level():
    content = build_content(FACTS, ["hotbild"])
    fresh, old = blocks(content, date(2027, 2, 19))[0], blocks(content, date(2027, 2, 20))[0]
    assert fresh.warning == ""
    assert old.warning == "Bedömningen gick ut 2027-02-19. Kommunen behöver en ny."
    assert ("Hotbild", "Hög") in old.rows


def test_a_withdrawal_goes_with_the_assessment_and_nowhere_else():
    assert "withdrawal" in build_content(TAKEN_BACK, ["hotbild"])
    assert "withdrawal" not in build_content(TAKEN_BACK, ["insats", "identitet"])
    withdrawal, assessment = blocks(build_content(TAKEN_BACK, ["hotbild"]), DAY)
    assert (withdrawal.key, withdrawal.quote) == ("aterkallelse", "Felaktigt underlag.")
    assert withdrawal.rows == (
        ("Er handling", "A9/2026, daterad 2026-11-21"),
        ("Återkallelsen kom till kommunen", "2026-11-21"),
    )
    assert "gäller inte längre" in withdrawal.warning
    assert ("Hotbild", "Hög") in assessment.rows  # the level that was registered stays as it was


def test_no_decision_is_said_as_no():
    content = build_content(Facts(decision=DecisionFact(False)), ["insats"])
    assert blocks(content, DAY)[0].rows == (("Beslut om insats finns", "Nej"),)
