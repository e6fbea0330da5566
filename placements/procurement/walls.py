"""Inquiries say what a person needs: they are opened by the right to the investigation, not to the money."""

from avhopp.access.roles import Can
from avhopp.access.walls import CaseTable
from placements.procurement.models import Inquiry, Offer

TABLES = [
    CaseTable(
        model=Inquiry,
        see=Can.SEE_INVESTIGATION,
        write=(Can.WRITE_PLACEMENT, Can.DECIDE),
        add=(Can.WRITE_PLACEMENT,),
    ),
    CaseTable(model=Offer, see=Can.SEE_INVESTIGATION, write=(Can.WRITE_PLACEMENT,)),
]
