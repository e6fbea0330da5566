"""Inquiries say what a person needs: they are opened by the right to the investigation, not to the money."""

from avhopp.access.roles import Can
from avhopp.access.walls import CaseTable
from placements.procurement.models import Inquiry, Offer

#: Whoever chooses does so in the own name, and whoever approves too: what one chose another approves, once.
KEEP_CHOICE = f"""
create or replace function audit.keep_choice() returns trigger
language plpgsql set search_path = '' as $$
declare
    chosen constant boolean := (new.chosen_id, new.chosen_by_id, new.chosen_on, new.choice_reason)
        is distinct from (old.chosen_id, old.chosen_by_id, old.chosen_on, coalesce(old.choice_reason, ''));
    approved constant boolean := (new.approved_by_id, new.approved_on, new.approved_to)
        is distinct from (old.approved_by_id, old.approved_on, old.approved_to);
begin
    if current_user in ('avhopp_web', 'avhopp_worker') and not sec.able('{Can.LOAD_SCENARIO.value}') and (
        (chosen or approved) and old.approved_by_id is not null
        or chosen and new.chosen_by_id is distinct from sec.actor()
        or approved and (new.approved_by_id is distinct from sec.actor()
                         or not new.case_id = any (array(select sec.cases('{Can.DECIDE.value}'))))) then
        raise exception 'choice: chosen and approved in the own name, once'
            using errcode = 'check_violation', constraint = 'choices_in_the_own_name';
    end if;
    return null;
end $$"""

TABLES = [
    CaseTable(
        model=Inquiry,
        see=Can.SEE_INVESTIGATION,
        write=(Can.WRITE_PLACEMENT, Can.DECIDE),
        add=(Can.WRITE_PLACEMENT,),
        extra_triggers=(
            KEEP_CHOICE,
            "drop trigger if exists keep_choice on {table}",
            "create trigger keep_choice after insert or update on {table} "
            "for each row execute function audit.keep_choice()",
        ),
    ),
    CaseTable(model=Offer, see=Can.SEE_INVESTIGATION, write=(Can.WRITE_PLACEMENT,)),
]
