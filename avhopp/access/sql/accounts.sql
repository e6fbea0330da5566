-- The second person for what gives an account more power. Run by setup_database after base.sql.
-- Asking, answering and doing are held by the policies and triggers of avhopp/accounts/walls.py, which ask here.

-- Whether the actor can answer what `asked_by` asked for the account `about`: another manager of accounts who can
-- sign in, and where there is none another who may approve. Nobody both asks and answers, nor about the own account.
create or replace function sec.second_for_accounts(asked_by uuid, about uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select asked_by <> m.id and about <> m.id and sec.able('approve_accounts')
       and (sec.able('manage_accounts') or not exists (
           select from app.accounts_user u
           join sec.role_ability a on a.role = u.role and a.ability = 'manage_accounts'
           where u.municipality_id = m.municipality_id and u.id <> asked_by and u.id <> about and u.is_active
             and coalesce(u.valid_from, '-infinity') <= (now() at time zone 'Europe/Stockholm')::date
             and coalesce(u.valid_to, 'infinity') >= (now() at time zone 'Europe/Stockholm')::date
             and (u.password not like '!%' or u.provider_id <> '')))
    from sec.me() m
$$;

-- Whether the actor, in this very transaction, approved what somebody else asked for the account: that its row shall
-- be so. Null stands for any change of it.
create or replace function sec.approves_account(about uuid, shall_be jsonb) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (
        select from app.accounts_accountrequest r
        where r.account = about and r.kind <> 'kod' and r.outcome = 'godkand'
          and r.answered_by_id = sec.actor() and r.answered_at = transaction_timestamp()
          and (shall_be is null or shall_be @> r.powers))
$$;

-- The same for a one-time code to an account of the municipality.
create or replace function sec.approves_code(about uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (
        select from app.accounts_accountrequest r
        join app.accounts_user u on u.id = r.account and u.municipality_id = r.municipality_id
        where r.account = about and r.kind = 'kod' and r.outcome = 'godkand'
          and r.answered_by_id = sec.actor() and r.answered_at = transaction_timestamp())
$$;

-- The groups that an account belongs to by its role and unit.
create or replace function sec.teams_of(account uuid) returns setof integer
language sql stable security definer rows 2 set search_path = '' as $$
    select g.id
    from app.accounts_user u
    join app.accounts_municipality m on m.id = u.municipality_id
    left join app.accounts_unit n on n.id = u.unit_id
    join app.auth_group g on g.name in (m.code || '/' || u.role, m.code || '/' || n.ref || '/' || u.role)
    where u.id = account
$$;
