"""Swedish alphabetical order inside PostgreSQL, without ICU and without a locale."""

from django.db.models import Func, TextField

from avhopp.kernel.swedish import FIRST_MARK, LAST_MARK, PLACED, PLACES


class SwedishKey(Func):
    """The same string as swedish.sort_key, from a text expression; NULL stays NULL.

    `order_by(SwedishKey("family_name"), "pk")`. It is immutable and collated "C", so it may stand in an index
    or a generated column; whoever changes the letters in swedish.py has to rebuild those.
    The database must be UTF-8.
    """

    arity = 1
    output_field = TextField()
    # The constants stand in the text, not as parameters: an index and a query then have the same expression.
    # In collation "C", lower() touches A to Z only.
    template = (
        "(lower(regexp_replace(normalize(translate("
        f"normalize((%(expressions)s)::text COLLATE \"C\", NFC), '{PLACED}', '{PLACES}'"
        f"), NFD), '[\\u{ord(FIRST_MARK):04x}-\\u{ord(LAST_MARK):04x}]', '', 'g')) COLLATE \"C\")"
    )
