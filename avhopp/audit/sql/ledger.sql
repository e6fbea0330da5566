-- The ledger: one entry per row of history, event, read and erasure, each chained to the one before (docs/ledger.md).
-- Run by setup_database as avhopp_owner, before the tables' own triggers are made.

create table if not exists audit.ledger (
    seq bigint primary key,
    at timestamptz not null,
    relation text not null,
    row_id uuid not null,
    width smallint not null,
    salt bytea,
    payload bytea not null,
    prev bytea not null,
    hash bytea not null,
    unique (relation, row_id)
);
comment on table audit.ledger is 'The chain. `width` columns of the row were hashed, with `salt`, into `payload`.';

create table if not exists audit.ledger_head (
    one boolean primary key default true check (one),
    seq bigint not null,
    hash bytea not null
) with (fillfactor = 10);
comment on table audit.ledger_head is 'The last entry. Its row lock, held for the commit only, puts the entries in one line.';

-- What the transactions under way have written. It is empty as far as anybody else can see.
create unlogged table if not exists audit.ledger_waiting (
    xact xid8 not null default pg_current_xact_id(),
    number bigint generated always as identity,
    opens boolean not null,
    relation text,
    row_id uuid,
    width smallint,
    salt bytea,
    payload bytea,
    primary key (xact, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table if not exists audit.erasure (
    id uuid primary key,
    relation text not null,
    row_id uuid not null,
    seq bigint not null,
    erased_at timestamptz not null,
    erased_by uuid not null,
    reason text not null check (length(btrim(reason)) >= 10),
    xact xid8 not null default pg_current_xact_id(),
    unique (relation, row_id)
);
comment on table audit.erasure is 'Which rows were erased from the history, by whom and why. Itself in the ledger.';

-- A chain begins with a value of its own, so that one chain cannot be passed off as another.
do $$ begin
    if not exists (select from audit.ledger_head) then
        insert into audit.ledger_head (seq, hash) values (0, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
    end if;
end $$;

-- A row as text: PostgreSQL's own form of a row, under settings that no session can change.
create or replace function audit.canonical(of_row record) returns text
language plpgsql stable set search_path = '' set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'postgres'
set bytea_output = 'hex' set extra_float_digits = '1' as $$
begin
    return of_row::text;
end $$;

create or replace function audit.key_of(relation regclass) returns name
language sql stable set search_path = '' as $$
    select coalesce((select a.attname from pg_catalog.pg_attribute a
                     where a.attrelid = relation and a.attname = 'history_id' and not a.attisdropped), 'id')
$$;

create or replace function audit.width_of(relation regclass) returns bigint
language sql stable set search_path = '' as $$
    select count(*) from pg_catalog.pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped
$$;

-- At once: hash the new row. The first row of a transaction makes the deferred trigger below run at its commit.
create or replace function audit.enter() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    salt constant bytea := uuid_send(gen_random_uuid());
    row_id uuid;
begin
    if tg_argv[0] = 'history_id' then
        if pg_trigger_depth() < 2 then
            raise exception 'history_by_trigger: nobody writes % directly', tg_table_name using errcode = 'insufficient_privilege';
        end if;
        row_id := new.history_id;
    else
        row_id := new.id;
    end if;
    insert into audit.ledger_waiting (opens, relation, row_id, width, salt, payload) values (
        not exists (select from audit.ledger_waiting w where w.xact = pg_current_xact_id()),
        tg_table_schema || '.' || tg_table_name, row_id,
        (select count(*) from pg_catalog.pg_attribute a where a.attrelid = tg_relid and a.attnum > 0 and not a.attisdropped),
        salt, sha256(salt || convert_to(audit.canonical(new), 'UTF8'))
    );
    return null;
end $$;

-- At commit: put the transaction's rows last in the chain. Foreign keys are checked at commit too, and may wait for
-- rows that others have locked; so the first call only asks for a second one, which comes after all of them. Whoever
-- then holds the head waits for nobody.
create or replace function audit.seal() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    head audit.ledger_head;
    waiting audit.ledger_waiting;
    before bytea;
    sealed_at timestamptz;
    micros text;
begin
    if new.relation is not null then
        insert into audit.ledger_waiting (opens) values (true);
        return null;
    end if;
    select * into strict head from audit.ledger_head for update;
    sealed_at := clock_timestamp();
    micros := (extract(epoch from sealed_at) * 1000000)::bigint;
    for waiting in
        select * from audit.ledger_waiting w where w.xact = new.xact and w.relation is not null order by w.number
    loop
        before := head.hash;
        head.seq := head.seq + 1;
        head.hash := sha256(convert_to(concat_ws('|', head.seq, micros, waiting.relation, waiting.row_id, waiting.width,
            encode(waiting.payload, 'hex'), encode(before, 'hex')), 'UTF8'));
        insert into audit.ledger (seq, at, relation, row_id, width, salt, payload, prev, hash)
        values (head.seq, sealed_at, waiting.relation, waiting.row_id, waiting.width, waiting.salt, waiting.payload,
                before, head.hash);
    end loop;
    delete from audit.ledger_waiting w where w.xact = new.xact;
    update audit.ledger_head set seq = head.seq, hash = head.hash;
    return null;
end $$;

drop trigger if exists seal on audit.ledger_waiting;
create constraint trigger seal after insert on audit.ledger_waiting
    deferrable initially deferred for each row when (new.opens) execute function audit.seal();

-- Nobody writes the chain but `seal`, and nothing in it changes but the salt of a row that is erased just now.
create or replace function audit.guard_ledger() returns trigger
language plpgsql set search_path = '' as $$
begin
    if tg_op = 'INSERT' or (tg_op = 'UPDATE' and tg_table_name = 'ledger_head') then
        if pg_trigger_depth() >= 2 then return null; end if;
    elsif tg_op = 'UPDATE' then
        if new.salt is null and (to_jsonb(new) - 'salt') = (to_jsonb(old) - 'salt') and exists (
            select from audit.erasure e
            where e.relation = new.relation and e.row_id = new.row_id and e.xact = pg_current_xact_id()
        ) then return new; end if;
    end if;
    raise exception 'append_only: % on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- History, events and reads: a row goes only when it is erased, one by one, with a reason.
create or replace function audit.refuse() returns trigger
language plpgsql set search_path = '' as $$
begin
    if tg_op = 'DELETE' and exists (select from audit.erasure e where e.xact = pg_current_xact_id()) then
        return null;  -- `only_erased` looks at each row
    end if;
    raise exception 'append_only: % on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

create or replace function audit.only_erased() returns trigger
language plpgsql set search_path = '' as $$
declare
    gone constant uuid := to_jsonb(old) ->> tg_argv[0];
begin
    if exists (
        select from audit.erasure e
        where e.relation = tg_table_schema || '.' || tg_table_name and e.row_id = gone and e.xact = pg_current_xact_id()
    ) then return old; end if;
    raise exception 'append_only: % on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists guard on audit.ledger;
create trigger guard before insert or delete or truncate on audit.ledger
    for each statement execute function audit.guard_ledger();
drop trigger if exists guard_salt on audit.ledger;
create trigger guard_salt before update on audit.ledger for each row execute function audit.guard_ledger();
drop trigger if exists guard on audit.ledger_head;
create trigger guard before insert or update or delete or truncate on audit.ledger_head
    for each statement execute function audit.guard_ledger();
drop trigger if exists append_only on audit.erasure;
create trigger append_only before update or delete or truncate on audit.erasure
    for each statement execute function audit.refuse();
drop trigger if exists only_erased on audit.erasure;
create trigger only_erased before delete on audit.erasure for each row execute function audit.only_erased('never');
drop trigger if exists ledger on audit.erasure;
create trigger ledger after insert on audit.erasure for each row execute function audit.enter('id');

-- Erase one row of the actor's own municipality: its content and its salt go, its place in the chain stays.
create or replace function audit.erase(of_relation text, of_row uuid, because text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    entry audit.ledger;
    content jsonb;
    home uuid;
    erasure constant uuid := gen_random_uuid();
begin
    if not sec.able('erase_history') then
        raise exception 'not_allowed: erasing needs the right erase_history' using errcode = 'insufficient_privilege';
    end if;
    select * into entry from audit.ledger l where l.relation = of_relation and l.row_id = of_row;
    if not found or of_relation = 'audit.erasure' then
        raise exception 'no_such_row: nothing to erase' using errcode = 'no_data_found';
    end if;
    execute format('select to_jsonb(t) from %s t where %I = $1', of_relation::regclass, audit.key_of(of_relation)) into content using of_row;
    home := coalesce(
        content ->> 'municipality_id',
        (select c.municipality_id::text from app.cases_case c
         where c.id = coalesce(content ->> 'case_id', content ->> 'content_object_id')::uuid)
    );
    if content is null or home is distinct from sec.municipality() then
        raise exception 'no_such_row: nothing to erase' using errcode = 'no_data_found';
    end if;
    insert into audit.erasure (id, relation, row_id, seq, erased_at, erased_by, reason)
    values (erasure, of_relation, of_row, entry.seq, clock_timestamp(), sec.actor(), because);
    update audit.ledger l set salt = null where l.seq = entry.seq;
    execute format('delete from %s where %I = $1', of_relation::regclass, audit.key_of(of_relation)) using of_row;
    return erasure;
end $$;

-- Rows that were there before the ledger was: entered once, when a table has no entry at all.
create or replace function audit.adopt(of_relation regclass) returns void
language plpgsql set search_path = '' as $$
declare
    named constant text := (
        select n.nspname || '.' || c.relname from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = of_relation
    );
begin
    if exists (select from audit.ledger l where l.relation = named) then return; end if;
    execute format($sql$
        insert into audit.ledger_waiting (opens, relation, row_id, width, salt, payload)
        select r.n = 1 and not exists (select from audit.ledger_waiting w where w.xact = pg_current_xact_id()),
               $1, r.id, audit.width_of(%1$L), r.salt, sha256(r.salt || convert_to(r.line, 'UTF8'))
        from (select row_number() over (order by t.%3$I) as n, t.%3$I as id, audit.canonical(t) as line,
                     uuid_send(gen_random_uuid()) as salt from %2$s t offset 0) r
    $sql$, of_relation, of_relation, audit.key_of(of_relation)) using named;
end $$;

-- What a verifier needs of a table, and nothing of what its rows say: each row's place in the ledger, and its
-- payload hashed anew from the columns that it had.
create or replace function audit.row_digests(of_relation text) returns table (row_id uuid, seq bigint, digest bytea)
language plpgsql stable security definer set search_path = '' set timezone = 'UTC' set datestyle = 'ISO'
set intervalstyle = 'postgres' set bytea_output = 'hex' set extra_float_digits = '1' as $$
declare
    forms text;
begin
    select string_agg(format('when %s then row(%s)::text', w.width, (
        select string_agg(format('t.%I', a.attname), ', ' order by a.place)
        from (select attname, row_number() over (order by attnum) as place from pg_catalog.pg_attribute
              where attrelid = of_relation::regclass and attnum > 0 and not attisdropped) a
        where a.place <= w.width)), ' ')
    into forms
    from (select distinct l.width from audit.ledger l where l.relation = of_relation) w
    where w.width <= audit.width_of(of_relation::regclass);
    return query execute format(
        'select t.%1$I, l.seq, sha256(l.salt || convert_to(%2$s, ''UTF8'')) '
        'from %3$s t left join audit.ledger l on l.relation = $1 and l.row_id = t.%1$I',
        audit.key_of(of_relation), coalesce('case l.width ' || forms || ' end', 'null'), of_relation::regclass
    ) using of_relation;
end $$;

-- The head, with the number of entries that stand before it, for the anchor and for the report.
create or replace function audit.ledger_state() returns table (seq bigint, hash text, entries bigint, genesis text)
language sql stable security definer set search_path = '' as $$
    select h.seq, encode(h.hash, 'hex'), (select count(*) from audit.ledger),
           encode(coalesce((select l.prev from audit.ledger l where l.seq = 1), h.hash), 'hex')
    from audit.ledger_head h
$$;

create or replace function audit.ledger_hash(of_seq bigint) returns text
language sql stable security definer set search_path = '' as $$
    select encode(l.hash, 'hex') from audit.ledger l where l.seq = of_seq
$$;

-- When each of these rows was sealed: all that one transaction wrote has one moment, and nothing else has the same.
-- The page of a case's history puts together by it what was done at once. Nothing of what a row says; who asks
-- must know its random id. Never of reads: when somebody reads is told by sec.case_reads alone.
create or replace function audit.sealed_at(relations text[], ids uuid[]) returns table (row_id uuid, at timestamptz)
language sql stable security definer rows 50 set search_path = '' as $$
    select l.row_id, l.at
    from unnest(relations, ids) asked(relation, row_id)
    join audit.ledger l on l.relation = asked.relation and l.row_id = asked.row_id
    where sec.actor() is not null and asked.relation <> 'app.audit_readentry'
$$;

do $$ declare name text; begin
    foreach name in array array['ledger', 'ledger_head', 'ledger_waiting', 'erasure'] loop
        execute format('alter table audit.%I enable row level security', name);
        execute format('alter table audit.%I force row level security', name);
        execute format('drop policy if exists owner on audit.%I', name);
        execute format('create policy owner on audit.%I for all to avhopp_owner using (true) with check (true)', name);
        execute format('drop policy if exists verifier on audit.%I', name);
        execute format('create policy verifier on audit.%I for select to avhopp_auditor, avhopp_backup using (true)', name);
        execute format('revoke all on audit.%I from avhopp_web, avhopp_worker, avhopp_portal, avhopp_policy, avhopp_auditor, avhopp_backup', name);
        execute format('grant select on audit.%I to avhopp_backup', name);
    end loop;
end $$;
grant usage on schema audit to avhopp_auditor;
grant select (seq, at, relation, row_id, width, payload, prev, hash) on audit.ledger to avhopp_auditor;
grant select on audit.ledger_head, audit.ledger_waiting, audit.erasure to avhopp_auditor;
grant execute on function audit.row_digests(text) to avhopp_auditor;
grant execute on function audit.ledger_state() to avhopp_auditor, avhopp_worker, avhopp_web;
grant execute on function audit.ledger_hash(bigint) to avhopp_worker, avhopp_web;
grant execute on function audit.erase(text, uuid, text) to avhopp_web;
grant execute on function audit.sealed_at(text[], uuid[]) to avhopp_web;
