"""Events and reads: added by whoever acts, in the own name, and never changed."""

from avhopp.access.roles import Can, Role
from avhopp.access.walls import RuledTable, cases_for, municipality_for
from avhopp.audit import volume
from avhopp.audit.models import Event, ReadEntry

# `case` and not `or`: the planner keeps to the index of the question (the case, or none), and for an event of
# the operation the cases are never computed.
OF_THE_OPERATION = (
    "municipality_id = (select sec.municipality()) and requires = any (array(select sec.abilities()))"
)

TABLES = [
    RuledTable(
        model=Event,
        web="select, insert",
        worker="insert",
        rows=f"case when case_id is null then {OF_THE_OPERATION} "
        f"else case_id = {cases_for(Can.SEE_CASE)} and case "
        "when case_id = any (array(select sec.special_cases())) "
        "then case_id::text || '/' || requires = any (array(select sec.special_rights())) "
        "else requires = any (array(select sec.abilities())) end end",
        inserts="actor_id = (select sec.actor()) and actor_name = (select (sec.me()).name) "
        "and municipality_id = (select sec.municipality()) "
        f"and (case_id is null or case_id = {cases_for(Can.SEE_CASE)})",
        in_ledger=True,
    ),
    RuledTable(
        model=ReadEntry,
        web="select, insert",
        worker="insert",
        rows=f"municipality_id = {municipality_for(Can.SEE_READ_LOG)}",
        inserts="actor_id = (select sec.actor()) and role = (select (sec.me()).role) "
        "and municipality_id = (select sec.municipality()) "
        f"and (source <> 'portal' or (select (sec.me()).role) = '{Role.POLICE.value}')",
        extra_triggers=volume.TRIGGERS,
        in_ledger=True,
    ),
]
