"""Swedish alphabetical order inside PostgreSQL, without ICU and without a locale."""

from typing import Any

from django.db.models import Func, TextField

from avhopp.kernel.swedish import FIRST_MARK, LAST_MARK, PLACED, PLACES

# Nearly every name is written with these letters alone, and then needs no normal form: a fifth of the time.
PLAIN, PLAIN_PLACES = "ÅåÄäÖöÉé", "{{||}}Ee"
TEXT = '(%(expressions)s)::text COLLATE "C"'


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
        f"(CASE WHEN {TEXT} ~ '^[ -~{PLAIN}]*$' THEN lower(translate({TEXT}, '{PLAIN}', '{PLAIN_PLACES}')) "
        f"ELSE lower(regexp_replace(normalize(translate(normalize({TEXT}, NFC), '{PLACED}', '{PLACES}'), NFD)"
        f", '[\\u{ord(FIRST_MARK):04x}-\\u{ord(LAST_MARK):04x}]', '', 'g')) END COLLATE \"C\")"
    )

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The expression stands several times in the text, and so do its parameters."""
        sql, parameters = super().as_sql(compiler, connection, **context)
        return sql, [*parameters] * self.template.count("%(expressions)s")
