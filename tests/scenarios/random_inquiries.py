"""Random inquiries for the cases of a random file: asked by few or many, chosen or not, approved or not."""

from datetime import date, timedelta

from hypothesis import strategies as st

#: Who can be asked: the first under its agreement, the others without one.
INSIDE, OUTSIDE, OTHER = "hem", "fritt", "annat"
#: Nothing is told of later days: they have not come when the file is loaded.
LATEST = date(2026, 11, 1)
NEEDS = ["tolk", "samtalsstod", "skyddat_lage"]
NOTES = ["", "Två rader\natt läsa", "Å"]


@st.composite
def inquiries(draw, file: dict) -> list[dict]:
    """Up to two inquiries in each case of the file, on days of their own."""
    rows = []
    for case in file["cases"]:
        first = date.fromisoformat(case["received"])
        last = min(date.fromisoformat(case["closed"]) if case["closed"] else LATEST, LATEST)
        stays = [row for row in file["placements"] if row["case"] == case["ref"]]
        for _ in range(draw(st.integers(0, 2)) if first <= last else 0):
            row = draw(_inquiry(case["ref"], first, last, stays))
            if row["made"] not in [one["made"] for one in rows if one["case"] == case["ref"]]:
                stays = [stay for stay in stays if stay["ref"] != row["placement"]]
                rows.append(row)
    return rows


@st.composite
def _inquiry(draw, case: str, first: date, last: date, stays: list[dict]) -> dict:
    made = draw(_between(first, last))
    chosen_on = draw(_between(made, last))
    asked = [
        draw(_asked(provider, first, chosen_on))
        for provider in draw(st.permutations([INSIDE, OUTSIDE, OTHER]))[: draw(st.integers(0, 3))]
    ]
    row = {
        "case": case,
        "kind": "hvb",
        "made": made.isoformat(),
        "made_by": "asta",
        "age_span": draw(st.sampled_from(["under_18", "18_24", "50_plus"])),
        "needs": draw(st.permutations(NEEDS))[: draw(st.integers(0, 3))],
        "start_from": made.isoformat(),
        "start_to": draw(st.sampled_from([None, last.isoformat()])),
        "months": draw(st.integers(1, 60)),
        "county": draw(st.sampled_from([None, "i_lanet"])),
        "text": draw(st.sampled_from(NOTES)),
        "asked": asked,
        "chosen": None,
        "approved": None,
        "placement": None,
    }
    offers = [one for one in asked if one["answered"] and not one["declined"]]
    return row | draw(_choice(offers, chosen_on, last, stays)) if offers and draw(st.booleans()) else row


@st.composite
def _asked(draw, provider: str, first: date, last: date) -> dict:
    on = draw(_between(first, last))
    row = {"provider": provider, "on": on.isoformat(), "how": "brev", "answered": None, "declined": False}
    if draw(st.integers(0, 3)) == 0:
        return row
    row["answered"], row["declined"] = draw(_between(on, last)).isoformat(), draw(st.booleans())
    row["fits"], row["note"] = draw(st.sampled_from([None, True, False])), draw(st.sampled_from(NOTES))
    if not row["declined"]:
        row["rate"], row["start"] = draw(st.sampled_from(["0", "2999.99", 3400])), on.isoformat()
    return row


@st.composite
def _choice(draw, offers: list[dict], on: date, last: date, stays: list[dict]) -> dict:
    offer = draw(st.sampled_from(offers))
    because = draw(st.sampled_from([None, "Passar"]))
    found = {
        "chosen": {"provider": offer["provider"], "by": "asta", "on": on.isoformat(), "because": because}
    }
    there = [row["ref"] for row in stays if row["provider"] == offer["provider"]]
    found["placement"] = draw(st.sampled_from([None, *there]))
    if offer["provider"] != INSIDE and draw(st.booleans()):
        until = date.fromisoformat(offer["start"]) + timedelta(days=draw(st.integers(1, 400)))
        approved = draw(_between(on, last))
        found["approved"] = {"by": "bo", "on": approved.isoformat(), "to": until.isoformat()}
    return found


@st.composite
def _between(draw, first: date, last: date) -> date:
    return first + timedelta(days=draw(st.integers(0, (last - first).days)))
