"""Case workers belong to a group of their unit, so that a unit can be given a temporary grant."""

from django.db import migrations

TEAMS = """
    insert into auth_group (name)
    select distinct m.code || '/' || n.ref || '/socialsekreterare'
    from accounts_user u join accounts_unit n on n.id = u.unit_id join accounts_municipality m on m.id = u.municipality_id
    where u.role = 'socialsekreterare'
    on conflict (name) do nothing"""
MEMBERS = """
    insert into accounts_user_groups (user_id, group_id)
    select u.id, g.id
    from accounts_user u join accounts_unit n on n.id = u.unit_id join accounts_municipality m on m.id = u.municipality_id
    join auth_group g on g.name = m.code || '/' || n.ref || '/socialsekreterare'
    where u.role = 'socialsekreterare'
    on conflict do nothing"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0005_children_apart"),
    ]

    operations = [
        migrations.RunSQL([TEAMS, MEMBERS]),
    ]
