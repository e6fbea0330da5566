"""Events and reads: added by whoever acts, in the own name, and never changed."""

from avhopp.access.roles import Can
from avhopp.access.walls import RuledTable, cases_for, municipality_for
from avhopp.audit.models import Event, ReadEntry

APPEND_ONLY = (
    "drop trigger if exists append_only on {table}",
    "create trigger append_only before update or delete or truncate on {table} "
    "for each statement execute function audit.refuse()",
)

TABLES = [
    RuledTable(
        model=Event,
        web="select, insert",
        worker="insert",
        rows=f"case_id = {cases_for(Can.SEE_CASE)} and requires = any (array(select sec.abilities()))",
        inserts="actor_id = (select sec.actor()) and municipality_id = (select sec.municipality())",
        extra_triggers=APPEND_ONLY,
    ),
    RuledTable(
        model=ReadEntry,
        web="select, insert",
        worker="insert",
        rows=f"municipality_id = {municipality_for(Can.SEE_READ_LOG)}",
        inserts="actor_id = (select sec.actor()) and municipality_id = (select sec.municipality())",
        extra_triggers=APPEND_ONLY,
    ),
]
