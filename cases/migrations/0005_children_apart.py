"""Texts about children leave the tables that more roles may read, with their history; then their old columns go."""

from django.db import migrations

HISTORY = "history_id, history_date, history_change_reason, history_type, history_user_id"


def moved(source: str, target: str, key: str, text: str) -> list[str]:
    """The present text becomes a row; each earlier wording becomes a row of that row's history."""
    return [
        f"""
        insert into cases_{target} (id, case_id, {key}_id, text)
        select gen_random_uuid(), s.case_id, s.id, s.{text} from cases_{source} s where s.{text} <> ''""",
        f"""
        insert into cases_historical{target} (id, case_id, {key}_id, text, {HISTORY})
        select t.id, h.case_id, h.id, h.{text}, gen_random_uuid(),
               h.history_date, h.history_change_reason, h.history_type, h.history_user_id
        from cases_historical{source} h join cases_{target} t on t.{key}_id = h.id where h.{text} <> ''""",
        "set constraints all immediate",
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0004_access_and_categories"),
    ]

    operations = [
        migrations.RunSQL(moved("investigation", "childrenpart", "investigation", "children_view")),
        migrations.RunSQL(moved("intake", "childsafety", "intake", "child_safety_text")),
        migrations.RemoveField(
            model_name='historicalintake',
            name='child_safety_text',
        ),
        migrations.RemoveField(
            model_name='historicalinvestigation',
            name='children_view',
        ),
        migrations.RemoveField(
            model_name='intake',
            name='child_safety_text',
        ),
        migrations.RemoveField(
            model_name='investigation',
            name='children_view',
        ),
    ]
