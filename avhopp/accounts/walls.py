"""Accounts, units, sign-in and Django's own tables: nothing about a case.

Who signs in proves it with secrets that nobody else reads: second factors, one-time codes and drafts are
their owner's alone, also for the web process's own queries.
"""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from avhopp.access.roles import MACHINE_ROLES, Can
from avhopp.access.walls import OpenTable, RuledTable, only_with
from avhopp.accounts.models import (
    AccountRequest,
    FormDraft,
    Municipality,
    OneTimeCode,
    PoliceUnit,
    Session,
    Unit,
    User,
)  # fmt: skip
from avhopp.accounts.powers import POWERS

#: The processes that people reach; set-up and the owner's own functions are not among them.
LOGINS = "'avhopp_web', 'avhopp_worker', 'avhopp_portal'"
MACHINES = ", ".join(f"'{role}'" for role in MACHINE_ROLES)
#: No page changes a municipality or a unit: whose name a police unit bears decides who gets what is released.
FIXED = only_with(Can.LOAD_SCENARIO, on="update or delete")
OWN = "user_id = (select sec.actor())"

# An account is opened, and its powers and names changed, by whoever manages the accounts of its municipality,
# its powers never by oneself. A password is its owner's. Without a context the processes that people reach
# may only open the accounts of machines.
GUARD_ACCOUNT = f"""
create or replace function audit.guard_account() returns trigger
language plpgsql set search_path = '' as $$
declare
    power constant text[] := array[{", ".join(f"'{name}'" for name in POWERS)}];
    contact constant text[] := array['handle', 'name', 'title', 'phone', 'email'];
    may_end constant text[] := array['is_active', 'valid_from', 'valid_to', 'provider_id'];
    was jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) end;
    powers boolean := exists (
        select from unnest(power) as f where to_jsonb(new) -> f is distinct from was -> f);
    secret boolean := tg_op = 'UPDATE' and to_jsonb(new) -> 'password' is distinct from was -> 'password';
    named boolean := tg_op = 'UPDATE' and exists (
        select from unnest(contact) as f where to_jsonb(new) -> f is distinct from was -> f);
    for_people constant boolean := new.role not in ({MACHINES});
    machine constant boolean := tg_op = 'INSERT' and not for_people and new.password like '!%'
        and new.provider_id = '';
    ours constant boolean := new.municipality_id = sec.municipality()
        and (tg_op = 'INSERT' or old.municipality_id = sec.municipality());
    rises constant boolean := tg_op = 'INSERT'
        or exists (select from unnest(power) as f
                   where f <> all (may_end) and to_jsonb(new) -> f is distinct from was -> f)
        or new.is_active and not old.is_active
        or new.provider_id <> '' and new.provider_id <> old.provider_id
        or coalesce(new.valid_to, 'infinity') > coalesce(old.valid_to, 'infinity')
        or coalesce(new.valid_from, '-infinity') < coalesce(old.valid_from, '-infinity');
    approved boolean := false;
begin
    if not (powers or secret or named) then return new; end if;
    if current_user not in ({LOGINS}) and sec.actor() is null then return new; end if;
    approved := rises and for_people and sec.approves_account(new.id, to_jsonb(new));
    if powers and new.id = sec.actor() then
        raise exception 'own_account: nobody changes the own account'
            using errcode = 'check_violation', constraint = 'nobody_changes_the_own_account';
    end if;
    if secret and new.id is distinct from sec.actor() and not sec.able('{Can.LOAD_SCENARIO.value}') then
        raise exception 'accounts: a password is chosen by its owner'
            using errcode = 'check_violation', constraint = 'passwords_are_ones_own';
    end if;
    if (powers or named) and not (machine or approved
        or not powers and sec.approves_account(new.id, null)
        or sec.able('{Can.MANAGE_ACCOUNTS.value}') or sec.able('{Can.LOAD_SCENARIO.value}')) then
        raise exception 'accounts: the right to manage accounts is missing'
            using errcode = 'check_violation', constraint = 'accounts_are_managed';
    end if;
    if rises and not (machine or approved or sec.able('{Can.LOAD_SCENARIO.value}')) then
        raise exception 'accounts: a second person approves what gives an account more power'
            using errcode = 'check_violation', constraint = 'accounts_need_two';
    end if;
    if not (machine or coalesce(ours or new.id = sec.actor(), false)) then
        raise exception 'accounts: of another municipality'
            using errcode = 'check_violation', constraint = 'accounts_are_ones_own_municipalitys';
    end if;
    return new;
end $$"""

#: A request is the municipality's, waits at most a week, and is answered once.
ASKED = (
    "asked_by_id = (select sec.actor()) and account <> (select sec.actor()) and answered_at is null "
    "and asked_at <= clock_timestamp() + interval '1 minute' and expires_at <= asked_at + interval '7 days' "
    f"and municipality_id = (select sec.municipality_for('{Can.MANAGE_ACCOUNTS.value}'))"
)
ANSWERED = (
    "answered_by_id = (select sec.actor()) and answered_at = transaction_timestamp() "
    "and expires_at > transaction_timestamp() and case outcome "
    "when 'aterkallad' then asked_by_id = (select sec.actor()) "
    "else sec.second_for_accounts(asked_by_id, account) end "
    f"and municipality_id = (select sec.municipality_for('{Can.SEE_ACCOUNT_REQUESTS.value}'))"
)

# Groups hold the grants of whole teams of one municipality; their name begins with its code. An account joins
# those of its own role and unit, when two people gave it them; who manages accounts takes it out of them. A
# machine's may always join its own.
KEEP_OWN_TEAM = f"""
create or replace function audit.keep_own_team() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    account uuid := case when tg_op = 'DELETE' then old.user_id else new.user_id end;
    team integer := case when tg_op = 'DELETE' then old.group_id else new.group_id end;
    result record := case when tg_op = 'DELETE' then old else new end;
    member app.accounts_user;
begin
    if session_user not in ({LOGINS}) then return result; end if;
    select u.* into member
    from app.accounts_user u
    join app.accounts_municipality m on m.id = u.municipality_id
    join app.auth_group g on g.id = team and split_part(g.name, '/', 1) = m.code
    where u.id = account;
    if tg_op = 'INSERT' and member.role in ({MACHINES}) then
        return result;
    end if;
    if account is distinct from sec.actor() and member.municipality_id = sec.municipality()
        and (sec.able('{Can.LOAD_SCENARIO.value}')
             or tg_op = 'DELETE' and sec.able('{Can.MANAGE_ACCOUNTS.value}')
             or sec.approves_account(account, null)
             and (tg_op = 'DELETE' or team = any (array(select sec.teams_of(account))))) then
        return result;
    end if;
    raise exception 'accounts: the right to move this account between teams is missing'
        using errcode = 'check_violation', constraint = 'teams_are_managed';
end $$"""

#: Nothing plain reaches the secrets of second factors, whoever writes them.
SEALED = "^s1[.](factors|officers)[0-9]+[.][A-Za-z0-9_-]+$"
SECRETS_SEALED = (
    "alter table {table} drop constraint if exists secrets_are_sealed",
    "alter table {table} add constraint secrets_are_sealed check (not data ? 'migrated_codes' "
    + "".join(f"and (not data ? '{one}' or data ->> '{one}' ~ '{SEALED}') " for one in ("secret", "seed"))
    + ")",
)

# Drafts are forgotten after seven days, unread, whoever signs in next.
FORGET_DRAFTS = """
create or replace function sec.forget_drafts() returns void
language sql volatile security definer set search_path = '' as $$
    delete from app.accounts_formdraft where saved_at < now() - interval '7 days'
$$"""

TABLES = [
    OpenTable(model=Municipality, worker="select", extra_triggers=FIXED),
    OpenTable(model=Unit, worker="select", extra_triggers=FIXED),
    OpenTable(model=PoliceUnit, worker="select", extra_triggers=FIXED),
    OpenTable(
        model=User,
        worker="select (id, username, handle, name, title, phone, email, role, municipality_id, unit_id, "
        "police_unit_id, is_active, valid_from, valid_to)",
        extra_triggers=(
            "grant update (password) on {table} to avhopp_policy",  # portal.enrol, with a one-time code
            GUARD_ACCOUNT,
            "drop trigger if exists guard_account on {table}",
            "create trigger guard_account before insert or update on {table} "
            "for each row execute function audit.guard_account()",
        ),
    ),
    OpenTable(
        model=User.groups.through,
        web="select, insert, delete",
        worker="select",
        extra_triggers=(
            KEEP_OWN_TEAM,
            "drop trigger if exists keep_own_team on {table}",
            "create trigger keep_own_team before insert or update or delete on {table} "
            "for each row execute function audit.keep_own_team()",
        ),
    ),
    OpenTable(model=Group, web="select, insert", worker="select"),
    OpenTable(model=Permission, web="select", worker="select"),
    OpenTable(model=ContentType, web="select", worker="select"),
    OpenTable(model=Session, web="select, insert, update, delete"),  # asked before it is known who it is
    RuledTable(
        model=Authenticator,
        web="select, insert, update, delete",
        rows=OWN,
        inserts=OWN,
        extra_triggers=(
            *SECRETS_SEALED,
            "grant insert, delete on {table} to avhopp_policy",  # portal.enrol
            "create policy functions_add on {table} for insert to avhopp_policy with check (type = 'totp')",
            "create policy functions_remove on {table} for delete to avhopp_policy using (true)",
        ),
    ),
    RuledTable(
        model=OneTimeCode,
        rows=f"{OWN} or ordered_by_id = (select sec.actor())",
        inserts="ordered_by_id = (select sec.actor()) and sec.approves_code(user_id)",
        writes=OWN,
        extra_triggers=(
            "grant update (used_at) on {table} to avhopp_policy",  # portal.enrol
            "create policy functions_use on {table} for update to avhopp_policy using (used_at is null) "
            "with check (used_at is not null)",
        ),
    ),
    RuledTable(
        model=AccountRequest,
        rows=f"municipality_id = (select sec.municipality_for('{Can.SEE_ACCOUNT_REQUESTS.value}'))",
        inserts=ASKED,
        writes=ANSWERED,
        extra_triggers=(
            "drop trigger if exists answer_once on {table}",
            "create trigger answer_once before update on {table} for each row execute function "
            "audit.answer_once('answered_at', 'answered_by_id', 'outcome', 'answer')",
        ),
    ),
    RuledTable(
        model=FormDraft,
        web="select, insert, delete",
        rows=OWN,
        inserts=OWN,
        extra_triggers=(
            FORGET_DRAFTS,
            "grant delete on {table} to avhopp_policy",
            "create policy functions_forget on {table} for delete to avhopp_policy using (true)",
        ),
    ),
    # django-allauth asks the first two for providers and connections; its tables stay empty.
    OpenTable(model=SocialApp, web="select"),
    OpenTable(model=SocialAccount, web="select"),
    OpenTable(model=SocialToken, web=""),
    OpenTable(model=EmailAddress, web=""),
    OpenTable(model=EmailConfirmation, web=""),
]
