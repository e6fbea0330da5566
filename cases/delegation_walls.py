"""The second wall of the delegation order: what is registered, by whom, and that nothing of it is changed."""

from avhopp.access.roles import Can
from cases.rules import RANK

#: The processes that people reach, for whom the set-up's own right is not meant.
PEOPLE = (
    "session_user in ('avhopp_web', 'avhopp_worker', 'avhopp_portal') "
    f"and not sec.able('{Can.LOAD_SCENARIO.value}')"
)
DECIDERS = ", ".join(f"'{role.value}'" for role in RANK)

#: A version follows on the one before it: it changes no day that has been and leaves none without an order.
#: The points of the one before end when it begins, by nobody's own hand. `cases/delegation.py` says the same.
BEGIN_ORDER = f"""
create or replace function audit.begin_order() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    today constant date := (transaction_timestamp() at time zone 'Europe/Stockholm')::date;
    newest date;
    covered date;
begin
    if {PEOPLE} and (new.registered_by_id is distinct from sec.actor()
                     or new.registered_at is distinct from transaction_timestamp()) then
        raise exception 'order: registered in another name or at another time'
            using errcode = 'check_violation', constraint = 'order_registered_by_oneself';
    end if;
    select max(r.valid_from), max(coalesce(r.valid_to, 'infinity')) into newest, covered
    from app.cases_delegationrule r
    where r.municipality_id = new.municipality_id and r.valid_from is distinct from r.valid_to;
    if newest is not null and (new.valid_from < greatest(newest, today)
                               or new.valid_from > greatest(covered, today)) then
        raise exception 'order: does not follow on the version before it'
            using errcode = 'check_violation', constraint = 'order_follows_the_last';
    end if;
    update app.cases_delegationrule r set valid_to = new.valid_from
    where r.municipality_id = new.municipality_id and (r.valid_to is null or r.valid_to > new.valid_from);
    return null;
end $$"""

#: Points come together with their version, and from nobody to whom the order gives power.
KEEP_IN_ORDER = f"""
create or replace function audit.keep_in_order() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if not ({PEOPLE}) then return null; end if;
    if (sec.me()).role in ({DECIDERS}) then
        raise exception 'order: nobody gives power to the own role'
            using errcode = 'check_violation', constraint = 'nobody_raises_the_own_limit';
    end if;
    if new.valid_to is not null or not exists (
            select from app.cases_delegationorder o
            where o.id = new.order_id and o.municipality_id = new.municipality_id
              and o.valid_from = new.valid_from and o.registered_at = transaction_timestamp()) then
        raise exception 'order: a point without its version'
            using errcode = 'check_violation', constraint = 'points_come_with_their_version';
    end if;
    return null;
end $$"""

#: Of a point nothing changes but its end, which only comes nearer; also for the owner.
KEEP_POINT = """
create or replace function audit.keep_point() returns trigger
language plpgsql set search_path = '' as $$
begin
    if to_jsonb(old) - 'valid_to' is distinct from to_jsonb(new) - 'valid_to'
       or new.valid_to is null or new.valid_to > old.valid_to then
        raise exception 'order: a point is replaced and never changed'
            using errcode = 'check_violation', constraint = 'points_are_replaced';
    end if;
    return new;
end $$"""

ORDER_TRIGGERS = (
    BEGIN_ORDER,
    "drop trigger if exists begin_order on {table}",
    "create trigger begin_order after insert on {table} for each row execute function audit.begin_order()",
)
POINT_TRIGGERS = (
    KEEP_IN_ORDER,
    KEEP_POINT,
    "drop trigger if exists only_with on {table}",
    "drop trigger if exists keep_in_order on {table}",
    "create trigger keep_in_order after insert on {table} for each row "
    "execute function audit.keep_in_order()",
    "drop trigger if exists keep_point on {table}",
    "create trigger keep_point before update on {table} for each row execute function audit.keep_point()",
)
