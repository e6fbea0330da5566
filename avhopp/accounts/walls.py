"""Accounts, units and Django's own tables: nothing about a case."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session

from avhopp.access.walls import OpenTable
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User

TABLES = [
    OpenTable(model=Municipality, worker="select"),
    OpenTable(model=Unit, worker="select"),
    OpenTable(model=PoliceUnit, worker="select"),
    OpenTable(
        model=User,
        worker="select (id, username, handle, name, title, phone, email, role, municipality_id, unit_id, "
        "police_unit_id, is_active, valid_from, valid_to)",
    ),
    OpenTable(model=User.groups.through, web="select, insert, delete", worker="select"),
    OpenTable(model=Group, web="select, insert", worker="select"),
    OpenTable(model=Permission, web="select", worker="select"),
    OpenTable(model=ContentType, web="select", worker="select"),
    OpenTable(model=Session, web="select, insert, update, delete"),
]
