import pickle

import pytest

from avhopp.kernel.refusal import Refused


def test_says_what_was_refused_and_where():
    with pytest.raises(Refused, match="money_format") as caught:
        raise Refused("money_format", "Skriv beloppet med siffror.", field="amount")

    assert (caught.value.code, caught.value.text, caught.value.field) == (
        "money_format",
        "Skriv beloppet med siffror.",
        "amount",
    )


def test_needs_no_field():
    assert Refused("period_order", "Slutdagen ligger före startdagen.").field is None


def test_survives_the_way_between_processes():
    sent = pickle.loads(pickle.dumps(Refused("code", "text", field="end")))

    assert (sent.code, sent.text, sent.field) == ("code", "text", "end")
