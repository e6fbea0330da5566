"""What the database refuses about invoices, said in a sentence."""

from contextlib import AbstractContextManager

from placements.actions.refusals import telling

SECOND = "Den som har registrerat eller granskat fakturan kan inte attestera den. Be en kollega."

#: Constraint -> code, text, field.
SENTENCES: dict[str, tuple[str, str, str | None]] = {
    "invoice_number_once": (
        "number_taken",
        "Det finns redan en faktura med det numret från utföraren. Samma faktura betalas inte två gånger.",
        "number",
    ),
    "a_night_is_paid_once": (
        "night_paid",
        "Ett eller flera dygn är redan betalda på en annan faktura, eller står två gånger på den här. "
        "Fråga utföraren, eller vänta på en kreditfaktura.",
        None,
    ),
    "attested_by_a_second_person": ("second_person", SECOND, None),
    "invoice_adds_up": (
        "does_not_add_up",
        "Netto, moms och öresutjämning blir tillsammans inte beloppet att betala.",
        "total",
    ),
    "lines_add_up_to_the_invoice": (
        "lines_do_not_add_up",
        "Radernas belopp blir tillsammans inte fakturans netto.",
        "net",
    ),
    "invoice_signs_by_kind": (
        "wrong_sign",
        "En faktura har belopp över noll, en kreditfaktura belopp under noll.",
        "total",
    ),
    "line_signs_by_kind": (
        "wrong_sign",
        "En rad på en faktura kan inte vara mindre än noll, och en rad på en kreditfaktura inte större.",
        None,
    ),
    "due_after_invoice_date": (
        "due_before_date",
        "Förfallodagen kan inte ligga före fakturadatum.",
        "due",
    ),
    "invoice_period_has_days": ("period_order", "Perioden slutar före den börjar.", "period_last"),
    "credit_note_credits_an_invoice": (
        "credited_missing",
        "Välj vilken faktura som krediteras.",
        "credited",
    ),
    "credits_the_same_provider": (
        "other_provider",
        "Kreditfakturan gäller en annan utförares faktura.",
        "credited",
    ),
    "credits_at_most_the_invoice": (
        "credited_too_much",
        "Kreditfakturorna blir tillsammans mer än fakturan, eller så är fakturan inte granskad än.",
        None,
    ),
    "credits_what_was_paid": (
        "not_paid",
        "Kreditfakturan krediterar dygn som fakturan inte har fått betalt för.",
        None,
    ),
    "nights_are_credited_in_full": (
        "credited_too_little",
        "Kreditfakturan krediterar hela dygn till ett lägre belopp än de kostade. "
        "Koppla raden utan att kreditera dygnen om det är en rättelse av priset.",
        None,
    ),
    "credited_invoice_stays_approved": (
        "has_credit",
        "Det finns en godkänd kreditfaktura på fakturan. Ångra den först.",
        None,
    ),
    "line_of_the_providers_stay": (
        "other_provider",
        "En rad är kopplad till en placering hos en annan utförare.",
        None,
    ),
    "line_of_the_stay_case": ("other_case", "Raden är kopplad till en annan placering än ärendets.", None),
    "approved_lines_are_matched": (
        "unmatched",
        "En rad är inte kopplad till någon placering. Koppla den först.",
        None,
    ),
    "import_file_once": (
        "file_taken",
        "Den här filen är redan inläst.",
        "file",
    ),
    "one_account_rule_at_a_time": (
        "rule_overlaps",
        "Det finns redan en konteringsregel för samma slag under en del av tiden. Avsluta den först.",
        "valid_from",
    ),
    "account_rule_has_days": (
        "rule_order",
        "Regeln måste sluta efter att den börjar.",
        "valid_to",
    ),
    "invoice_steps_by_those_who_may": (
        "not_allowed",
        "Din roll har inte behörighet att göra det här.",
        None,
    ),
    "not_nights_is_told": (
        "not_nights_missing",
        "En rad som inte är dygn ser ut som dygn på placeringen. Skriv varför den inte är det.",
        None,
    ),
    "not_nights_is_seen": (
        "not_nights_unseen",
        "Bekräfta att du har läst varför raderna inte är dygn.",
        "seen",
    ),
    "invoice_is_kept": ("kept", "En faktura ändras inte. Avvisa den och registrera den på nytt.", None),
    "line_is_kept": ("kept", "Raden är låst: fakturan är inte längre öppen.", None),
}


def told() -> AbstractContextManager[None]:
    """As `telling`, about invoices."""
    return telling(SENTENCES)
