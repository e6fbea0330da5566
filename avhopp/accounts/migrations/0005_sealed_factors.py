# The secrets of second factors are sealed, each for its account; those of police officers with the portal's keys.

import json

from django.db import migrations

from avhopp.kernel.sealing import Sealed, is_sealed, seal, unseal
from avhopp.sealing.keyfiles import unwrapped

PLACES = {"factors": "mfa.secret", "officers": "mfa.officer"}
SECRETS = ("secret", "seed")


def keys(cursor):
    cursor.execute("select id, wrapped, ring from sealing_datakey where ring in ('factors', 'officers')")
    return {key_id: unwrapped(token, ring, key_id) for key_id, token, ring in cursor.fetchall()}


def rewrite(schema_editor, change):
    with schema_editor.connection.cursor() as cursor:
        known = keys(cursor)
        cursor.execute("alter table mfa_authenticator drop constraint if exists secrets_are_sealed")
        cursor.execute(
            "select f.id, f.user_id, u.role, f.data::text "
            "from mfa_authenticator f join accounts_user u on u.id = f.user_id"
        )
        for row, account, role, text in cursor.fetchall():
            data, ring = json.loads(text), "officers" if role == "polis" else "factors"
            found = {name: change(data[name], known, ring, account) for name in SECRETS if name in data}
            if found:
                cursor.execute(
                    "update mfa_authenticator set data = %s where id = %s", [json.dumps(data | found), row]
                )


def sealed(text, known, ring, account):
    if is_sealed(text):
        return text
    return seal(text, known[f"{ring}1"], place=PLACES[ring], row=account).token


def opened(text, known, ring, account):
    if not is_sealed(text):
        return text
    found = Sealed(text)
    return unseal(found, known[found.key_id], place=PLACES[ring], row=account)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sealed_drafts"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sealing", "0002_keys_of_factors"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, editor: rewrite(editor, sealed), lambda apps, editor: rewrite(editor, opened)
        )
    ]
