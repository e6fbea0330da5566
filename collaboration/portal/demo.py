"""The demonstration's police officers."""

from datetime import date

from django.db.models import QuerySet

from collaboration.portal.models import PoliceUser

HANDLES = ("dag", "nora")


def demo_users(day: date) -> QuerySet[PoliceUser]:
    """Dag and Nora of the demonstration's municipality; empty where there is none."""
    return PoliceUser.objects.working_on(day).filter(is_demo=True, handle__in=HANDLES)
