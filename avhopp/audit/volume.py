"""Whoever reads much is told of, and then stopped (SR-46).

The database counts, in the read log itself, as each entry is written: no way of reading goes past it, and
what is stopped is stopped at once. Cases that were already shown that day stay open: nobody loses the case
they are working in. The police's portal is never stopped, since one page there may show everything that was
released to the unit; it raises the alarm like the others.
"""

from django.db import IntegrityError

from avhopp.kernel.reading_limits import CASES_A_DAY, LOOKUPS_AN_HOUR

STOPPED = "reading_is_stopped"
MANY_CASES, MANY_LOOKUPS = "lasvolym_arenden", "lasvolym_sokningar"
WAS_STOPPED, LIFTED = "lasning_stoppad", "lasning_slappt"


ALARMS = {
    MANY_CASES: f"Läste uppgifter om fler än {CASES_A_DAY.alarm} ärenden på en dag.",
    MANY_LOOKUPS: f"Sökte på fler än {LOOKUPS_AN_HOUR.alarm} personnummer på en timme.",
    WAS_STOPPED: f"Läsningen stoppades: fler än {CASES_A_DAY.stop} ärenden på en dag, eller fler än "
    f"{LOOKUPS_AN_HOUR.stop} personnummer på en timme.",
}


class ReadingStopped(Exception):
    """Nothing is shown: the account has read more than it may today."""


def is_stop(error: IntegrityError) -> bool:
    """Whether the database refused an entry of the read log because of how much was read."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) == STOPPED


# A lifted stop is an event of the same day by somebody else, who may lift it; anybody may write an event, so
# the right is asked here.
WATCH = f"""
create or replace function audit.watch_volume() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    today constant date := (new.at at time zone 'Europe/Stockholm')::date;
    midnight constant timestamptz := today::timestamp at time zone 'Europe/Stockholm';
    cases integer := 0;
    lookups integer := 0;
begin
    if new.case_id is not null or cardinality(new.case_ids) > 0 then
        select count(distinct one.seen) into cases
        from app.audit_readentry r,
             unnest(case when r.case_id is null then r.case_ids else array[r.case_id] end) one(seen)
        where r.actor_id = new.actor_id and r.at >= midnight and r.at < midnight + interval '1 day';
    end if;
    if new.searched_by = 'personnummer' then
        select count(*) into lookups from app.audit_readentry r
        where r.actor_id = new.actor_id and r.searched_by = 'personnummer'
          and r.at > new.at - interval '1 hour' and r.at <= new.at;
    end if;
    if cases <= {CASES_A_DAY.alarm} and lookups <= {LOOKUPS_AN_HOUR.alarm} then return null; end if;
    if new.source <> 'portal' and (cases > {CASES_A_DAY.stop} or lookups > {LOOKUPS_AN_HOUR.stop})
       and not exists (
           select from app.audit_event e
           join app.accounts_user u on u.id = e.actor_id
           join sec.role_ability a on a.role = u.role and a.ability = 'lift_read_block'
           where e.case_id is null and e.object_id = new.actor_id and e.kind = '{LIFTED}'
             and e.occurred_on = today and e.actor_id <> new.actor_id
             and e.municipality_id = new.municipality_id and u.municipality_id = new.municipality_id)
    then
        raise exception 'stopped: too much was read'
            using errcode = 'check_violation', constraint = '{STOPPED}';
    end if;
    if cases > {CASES_A_DAY.alarm} then
        perform audit.tell_of_reading(new.actor_id, '{MANY_CASES}', '{ALARMS[MANY_CASES]}', today);
    end if;
    if lookups > {LOOKUPS_AN_HOUR.alarm} then
        perform audit.tell_of_reading(new.actor_id, '{MANY_LOOKUPS}', '{ALARMS[MANY_LOOKUPS]}', today);
    end if;
    return null;
end $$"""

#: One event of each kind per account and day, for those who follow the reading. Anybody may write an event:
#: one that they do not see is no alarm.
TELL = """
create or replace function audit.tell_of_reading(reader uuid, what text, said text, today date) returns void
language sql security definer set search_path = '' as $$
    insert into app.audit_event (id, at, actor_id, actor_name, municipality_id, case_id, requires, kind,
                                 occurred_on, text, reason, object_id)
    select gen_random_uuid(), clock_timestamp(), u.id, u.name, u.municipality_id, null, 'see_log_review', what,
           today, said, '', u.id
    from app.accounts_user u
    where u.id = reader and not exists (
        select from app.audit_event e
        where e.case_id is null and e.object_id = reader and e.kind = what and e.occurred_on = today
          and e.municipality_id = u.municipality_id and e.requires = 'see_log_review')
$$"""  # noqa: E501

#: That the actor was stopped, told when what was stopped has been undone. It can only be said of oneself.
TELL_STOPPED = f"""
create or replace function audit.tell_of_stop() returns void
language sql security definer set search_path = '' as $$
    select audit.tell_of_reading(u.id, '{WAS_STOPPED}', '{ALARMS[WAS_STOPPED]}',
                                 (now() at time zone 'Europe/Stockholm')::date)
    from sec.me() u where u.id is not null
$$"""

TRIGGERS = (
    TELL,
    WATCH,
    TELL_STOPPED,
    "revoke all on function audit.tell_of_reading(uuid, text, text, date) from public",
    "revoke all on function audit.watch_volume() from public",
    "revoke all on function audit.tell_of_stop() from public",
    "grant execute on function audit.tell_of_stop() to avhopp_web",
    "drop trigger if exists watch_volume on {table}",
    "create trigger watch_volume after insert on {table} for each row execute function audit.watch_volume()",
)
