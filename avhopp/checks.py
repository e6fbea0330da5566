"""Refuse to start with the wrong database login, or with a wall missing."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from avhopp.access import catalog

#: PostgreSQL versions below these minors have known holes in row-level security (SECURITY.md 3.3).
MINIMUM = {16: 12, 17: 8, 18: 2}


def refuse_unless_sound() -> None:
    """Check the login and the catalog.

    Raises:
        ImproperlyConfigured: with a sentence for the operator.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select session_user, current_user, current_setting('is_superuser'), "
            "current_setting('server_version_num')"
        )
        session, current, superuser, version = cursor.fetchone()
    expected = f"avhopp_{settings.DATABASE_LOGIN}"
    if session != expected or current != expected or superuser == "on":
        raise ImproperlyConfigured(f"This process must reach the database as {expected}, not as {current}.")
    major, minor = divmod(int(version), 10000)
    if minor < MINIMUM.get(major, 0) or major < min(MINIMUM):
        raise ImproperlyConfigured(
            f"PostgreSQL {major}.{minor} is too old; row-level security has known holes in it."
        )
    found = catalog.differences()
    if found:
        raise ImproperlyConfigured(
            "The database's walls are not the committed ones; run bin/setup. First differences: "
            + "; ".join(found[:5])
        )
    connection.close()
