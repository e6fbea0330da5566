"""The account plan: rules are added and ended, never changed, so that what was booked can be explained."""

from datetime import date

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.invoices.actions.refusals import told
from placements.invoices.models import AccountRule


def add_account_rule(*, rule: AccountRule, by: User, today: date) -> AccountRule:
    """A new rule in the user's municipality, from its first day on. What is booked already stays booked.

    Raises:
        Refused: not_allowed, rule_overlaps, rule_order.
    """
    demand_in_general(by, Can.WRITE_INVOICES)
    rule.municipality_id = by.municipality_id
    with told():
        rule.save(force_insert=True)
    text = f"En konteringsregel från {rule.valid_from.isoformat()} lades till."
    _note(rule, by, today, "kontering_tillagd", text)
    return rule


def end_account_rule(*, rule: AccountRule, valid_to: date, by: User, today: date) -> AccountRule:
    """The rule holds until the day before.

    Raises:
        Refused: not_allowed, rule_order, rule_overlaps.
    """
    demand(by, Can.WRITE_INVOICES, rule)
    rule = AccountRule.objects.locked().get(pk=rule.pk)
    if valid_to <= rule.valid_from:
        raise Refused("rule_order", "Regeln måste sluta efter att den börjar.", field="valid_to")
    rule.valid_to = valid_to
    with told():
        rule.save(update_fields=["valid_to"])
    _note(rule, by, today, "kontering_avslutad", f"En konteringsregel gäller till {valid_to.isoformat()}.")
    return rule


def _note(rule: AccountRule, by: User, today: date, kind: str, text: str) -> None:
    record(by=by, kind=kind, requires=Can.SEE_INVOICES, on=today, text=text, object_id=rule.pk)
