"""The history of inquiries and offers, for the page of the case's history."""

from avhopp.access.roles import Can
from cases.history.kinds import Kind
from placements.procurement.models import Inquiry, Offer

KINDS = [
    Kind(
        key="forfragan", model=Inquiry, see=Can.SEE_INVESTIGATION, area="Placering", told_by=("code",),
        names={
            "made_by": "gjord av", "chosen_by": "vald av", "approved_by": "godkänd av",
            "placement": "placering",
        },
    ),
    Kind(
        key="offert", model=Offer, see=Can.SEE_INVESTIGATION, area="Placering", told_by=("asked_on",),
        names={"inquiry": "förfrågan", "provider": "utförare", "agreement": "ramavtal"},
    ),
]  # fmt: skip
