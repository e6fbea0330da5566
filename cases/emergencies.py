"""What the pages say of emergencies: notices that wait to be read, and what was read during one."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.timezone import localtime

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.models import EmergencyAccess, EmergencyNotice

#: The right under which something was read, in words.
WHAT = {
    Can.SEE_CASE: "Ärendets sida",
    Can.SEE_PERSON: "Personuppgifter",
    Can.SEE_JOURNAL: "Journalen",
    Can.SEE_INVESTIGATION: "Utredningen",
    Can.SEE_DECISION: "Beslut",
    Can.SEE_ASSESSMENT: "Polisens bedömning",
    Can.SEE_CHECKS: "Slagningar och avvikelser",
    Can.SEE_PLACEMENT: "Placering",
    Can.SEE_CONSENT: "Samtycke",
    Can.SEE_RELEASE: "Utlämnanden",
    Can.SEE_FOLLOW_UP: "Uppföljning",
    Can.SEE_ACCESS: "Behörigheter",
}


@dataclass(frozen=True)
class Read:
    at: datetime
    what: str
    in_emergency: bool  # the emergency gave the right, alone or beside another grant


def notices_for(user: User) -> list[EmergencyNotice]:
    """What the user was told and has not acknowledged, the oldest first. One query."""
    unread = EmergencyNotice.objects.visible_to(user).unread()
    return list(unread.select_related("emergency", "emergency__taken_by"))


def reads_during(emergency: EmergencyAccess) -> list[Read]:
    """What the one who took it read in the case while it lasted, for those who follow it up."""
    with connection.cursor() as cursor:
        cursor.execute("select at, what, ground from sec.read_in_emergency(%s)", [emergency.pk])
        rows = cursor.fetchall()
    return [Read(localtime(at), _in_words(what), "nodatkomst" in ground) for at, what, ground in rows]


def _in_words(what: str) -> str:
    return WHAT.get(Can(what), "Annat i ärendet")
