"""What must never be false about invoices, and needs more than one row to see.

`paidnight` rows are written here and nowhere else: a night is paid when an invoice is approved, and the unique
index `a_night_is_paid_once` says no to the second one, under whatever number it comes.
"""

from django.db import migrations

FORWARD = """
alter table invoices_invoiceline
    add constraint line_of_the_stay_case foreign key (placement_id, case_id)
        references placements_placement (id, case_id) deferrable initially deferred;

-- The lines add up to the invoice, have its sign, and are for stays at its provider.
create function audit.check_invoice() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    invoice app.invoices_invoice;
    credited app.invoices_invoice;
    found record;
begin
    select * into invoice from app.invoices_invoice
    where id = case when tg_table_name = 'invoices_invoice' then (to_jsonb(new) ->> 'id')::uuid
                    else (to_jsonb(new) ->> 'invoice_id')::uuid end;
    select count(*) as lines, coalesce(sum(l.amount), 0) as net,
        bool_or(l.amount < 0) as below, bool_or(l.amount > 0) as above,
        bool_or(l.municipality_id <> invoice.municipality_id or l.number <> invoice.number) as elsewhere,
        bool_or(l.placement_id is null) as unmatched,
        bool_or(l.account_string = '') as unbooked, bool_or(l.account_string <> '') as booked,
        bool_or(l.placement_id is not null and p.provider_id <> invoice.provider_id) as other_provider
    into found
    from app.invoices_invoiceline l left join app.placements_placement p on p.id = l.placement_id
    where l.invoice_id = invoice.id;
    if found.lines <> invoice.line_count or found.net <> invoice.net or found.elsewhere then
        raise exception 'invoice_lines: the lines are not the invoice''s'
            using errcode = 'check_violation', constraint = 'lines_add_up_to_the_invoice';
    end if;
    if invoice.kind = 'faktura' and found.below or invoice.kind = 'kredit' and found.above then
        raise exception 'negative_line: a line has the wrong sign'
            using errcode = 'check_violation', constraint = 'line_signs_by_kind';
    end if;
    if found.other_provider then
        raise exception 'other_provider: a line is for a stay with another provider'
            using errcode = 'check_violation', constraint = 'line_of_the_providers_stay';
    end if;
    if invoice.state in ('granskad', 'attesterad', 'exporterad', 'betald') and found.unmatched then
        raise exception 'unmatched: an approved invoice has a line without a stay'
            using errcode = 'check_violation', constraint = 'approved_lines_are_matched';
    end if;
    if (invoice.state in ('attesterad', 'exporterad', 'betald')) <> not coalesce(found.unbooked, true)
       or (invoice.state not in ('attesterad', 'exporterad', 'betald') and found.booked) then
        raise exception 'unbooked: the account string is there from the attest on'
            using errcode = 'check_violation', constraint = 'attested_lines_are_booked';
    end if;
    if invoice.credited_id is not null then
        select * into credited from app.invoices_invoice where id = invoice.credited_id for update;
        if credited.provider_id <> invoice.provider_id or credited.kind <> 'faktura' then
            raise exception 'other_provider: what is credited is another provider''s'
                using errcode = 'check_violation', constraint = 'credits_the_same_provider';
        end if;
        if invoice.state in ('granskad', 'attesterad', 'exporterad', 'betald') and (
            credited.state not in ('granskad', 'attesterad', 'exporterad', 'betald')
            or exists (
                select from app.invoices_invoice c
                where c.credited_id = credited.id and c.state in ('granskad', 'attesterad', 'exporterad', 'betald')
                having sum(c.net) + credited.net < 0 or sum(c.total) + credited.total < 0)
        ) then
            raise exception 'credited_too_much: more is credited than was approved'
                using errcode = 'check_violation', constraint = 'credits_at_most_the_invoice';
        end if;
    end if;
    return null;
end $$;
create constraint trigger check_invoice after insert or update on invoices_invoice
    deferrable initially deferred for each row execute function audit.check_invoice();
create constraint trigger check_invoice after insert or update on invoices_invoiceline
    deferrable initially deferred for each row execute function audit.check_invoice();

-- What was sent never changes; what is decided goes step by step, by whoever may, in the own name.
create function audit.keep_invoice() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    decided text[] := array['state', 'note', 'reviewed_by_id', 'reviewed_at', 'expected', 'attested_by_id',
                            'attested_at', 'export_id', 'paid_on'];
    step text := old.state || '>' || new.state;
    by_people boolean := session_user in ('avhopp_web', 'avhopp_worker');
    me uuid;
begin
    if to_jsonb(new) - decided <> to_jsonb(old) - decided then
        raise exception 'kept: an invoice stays as it was sent'
            using errcode = 'check_violation', constraint = 'invoice_is_kept';
    end if;
    if old.state = new.state then
        if to_jsonb(new) - 'note' <> to_jsonb(old) - 'note'
           or (old.note <> new.note and old.state not in ('mottagen', 'fraga')) then
            raise exception 'kept: nothing is decided without a step'
                using errcode = 'check_violation', constraint = 'invoice_is_kept';
        end if;
        return new;
    end if;
    if step not in ('mottagen>granskad', 'mottagen>fraga', 'mottagen>avvisad', 'fraga>mottagen', 'fraga>granskad',
                    'fraga>avvisad', 'granskad>attesterad', 'granskad>mottagen', 'attesterad>exporterad',
                    'attesterad>granskad', 'exporterad>betald') then
        raise exception 'steps: no such step' using errcode = 'check_violation', constraint = 'invoice_steps';
    end if;
    if old.state in ('attesterad', 'exporterad')
       and (new.reviewed_by_id, new.reviewed_at, new.expected)
           is distinct from (old.reviewed_by_id, old.reviewed_at, old.expected)
       or old.state in ('attesterad', 'exporterad') and new.state in ('exporterad', 'betald')
       and (new.attested_by_id, new.attested_at, new.note) is distinct from (old.attested_by_id, old.attested_at, old.note)
       or old.state = 'exporterad' and new.export_id is distinct from old.export_id
       or step = 'granskad>attesterad' and (new.reviewed_by_id, new.reviewed_at, new.expected)
           is distinct from (old.reviewed_by_id, old.reviewed_at, old.expected) then
        raise exception 'kept: what is attested stays' using errcode = 'check_violation', constraint = 'invoice_is_kept';
    end if;
    if step in ('granskad>mottagen', 'attesterad>granskad') and new.note = '' then
        raise exception 'undone: say why' using errcode = 'check_violation', constraint = 'undone_with_a_reason';
    end if;
    if by_people then
        me := sec.actor();
        if new.state = 'attesterad' and (new.attested_by_id is distinct from me or not sec.able('attest_invoices'))
           or new.state = 'granskad' and old.state <> 'attesterad'
               and (new.reviewed_by_id is distinct from me or not sec.able('write_invoices'))
           or step = 'attesterad>granskad' and not sec.able('attest_invoices')
           or step = 'granskad>mottagen' and not (sec.able('write_invoices') or sec.able('attest_invoices'))
           or new.state = 'exporterad' and not sec.able('export_invoices')
           or new.state in ('fraga', 'avvisad') and not sec.able('write_invoices')
           or step = 'fraga>mottagen' and not sec.able('write_invoices')
           or new.state = 'betald' and not sec.able('export_invoices') then
            raise exception 'who: the step is not this account''s to take'
                using errcode = 'check_violation', constraint = 'invoice_steps_by_those_who_may';
        end if;
    end if;
    return new;
end $$;
create trigger keep_invoice before update on invoices_invoice
    for each row execute function audit.keep_invoice();

-- Approving pays the nights, undoing it gives them back, a credit note frees those that it credits.
create function audit.pay_nights() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    credit app.invoices_invoiceline;
    nights bigint;
    worth numeric;
begin
    if old.state in ('mottagen', 'fraga') and new.state = 'granskad' then
        if new.kind = 'faktura' then
            insert into app.invoices_paidnight (id, municipality_id, case_id, placement_id, line_id, night)
            select gen_random_uuid(), l.municipality_id, l.case_id, l.placement_id, l.id, l.start + n.number
            from app.invoices_invoiceline l, generate_series(0, (l."end" - l.start) - 1) as n(number)
            where l.invoice_id = new.id and l.unit = 'dygn' and l.placement_id is not null;
        end if;
        for credit in select * from app.invoices_invoiceline where invoice_id = new.id and frees_nights loop
            select count(*), sum(paid.amount / (paid."end" - paid.start)) into nights, worth
            from app.invoices_paidnight p join app.invoices_invoiceline paid on paid.id = p.line_id
            where paid.invoice_id = new.credited_id and p.freed_by_id is null
              and p.placement_id = credit.placement_id and p.night >= credit.start and p.night < credit."end";
            if nights <> credit."end" - credit.start then
                raise exception 'not_paid: the credit note credits a night that the invoice does not pay'
                    using errcode = 'check_violation', constraint = 'credits_what_was_paid';
            end if;
            if worth > 0.01 - credit.amount then
                raise exception 'too_little: the credit note frees nights for less than they cost'
                    using errcode = 'check_violation', constraint = 'nights_are_credited_in_full';
            end if;
            update app.invoices_paidnight p set freed_by_id = credit.id
            from app.invoices_invoiceline paid
            where paid.id = p.line_id and paid.invoice_id = new.credited_id and p.freed_by_id is null
              and p.placement_id = credit.placement_id and p.night >= credit.start and p.night < credit."end";
        end loop;
    elsif old.state = 'granskad' and new.state = 'mottagen' then
        perform from app.invoices_invoice where id = new.id for update;
        if exists (select from app.invoices_invoice c where c.credited_id = new.id
                   and c.state in ('granskad', 'attesterad', 'exporterad', 'betald')) then
            raise exception 'credited: there is an approved credit note on it'
                using errcode = 'check_violation', constraint = 'credited_invoice_stays_approved';
        end if;
        update app.invoices_paidnight p set freed_by_id = null
        from app.invoices_invoiceline l where l.id = p.freed_by_id and l.invoice_id = new.id;
        delete from app.invoices_paidnight p using app.invoices_invoiceline l
        where l.id = p.line_id and l.invoice_id = new.id;
    end if;
    return null;
end $$;
create trigger pay_nights after update on invoices_invoice
    for each row when (old.state is distinct from new.state) execute function audit.pay_nights();

-- A line stays as it was sent. It is matched while the invoice is open, and booked when it is attested.
create function audit.keep_line() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    matched text[] := array['case_id', 'placement_id', 'frees_nights'];
    here text;
begin
    if to_jsonb(new) = to_jsonb(old) then return new; end if;
    select state into here from app.invoices_invoice where id = old.invoice_id for share;
    if to_jsonb(new) - matched - 'account_string' <> to_jsonb(old) - matched - 'account_string'
       or (new.case_id, new.placement_id, new.frees_nights)
           is distinct from (old.case_id, old.placement_id, old.frees_nights) and here not in ('mottagen', 'fraga')
       or new.account_string <> old.account_string and here <> 'granskad' then
        raise exception 'kept: a line stays as it was sent'
            using errcode = 'check_violation', constraint = 'line_is_kept';
    end if;
    if session_user in ('avhopp_web', 'avhopp_worker') and (
        (new.case_id, new.placement_id, new.frees_nights)
            is distinct from (old.case_id, old.placement_id, old.frees_nights) and not sec.able('write_invoices')
        or new.account_string <> old.account_string and not sec.able('attest_invoices')) then
        raise exception 'who: the line is not this account''s to change'
            using errcode = 'check_violation', constraint = 'invoice_steps_by_those_who_may';
    end if;
    return new;
end $$;
create trigger keep_line before update on invoices_invoiceline
    for each row execute function audit.keep_line();
"""

BACKWARD = """
drop trigger keep_line on invoices_invoiceline;
drop function audit.keep_line();
drop trigger pay_nights on invoices_invoice;
drop function audit.pay_nights();
drop trigger keep_invoice on invoices_invoice;
drop function audit.keep_invoice();
drop trigger check_invoice on invoices_invoiceline;
drop trigger check_invoice on invoices_invoice;
drop function audit.check_invoice();
alter table invoices_invoiceline drop constraint line_of_the_stay_case;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
