"""Load the demonstration: its scenario and what people have added, all or nothing."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.demo import DEMO_CODE
from avhopp.accounts.models import Municipality, User
from placements.models import BudgetLine
from reports.scenario.demo import demo_scenario
from reports.scenario.demo_extras import Stage, add_extras
from reports.scenario.demo_reads import add_reads
from reports.scenario.loading import load


def load_demo(*, at: datetime) -> Municipality:
    """Load the demonstration as it stands at `at`. Ask `loaded_year` first: this is done once.

    Raises:
        ScenarioRefused: the demonstration's municipality holds something else already.
    """
    with transaction.atomic():
        loaded = load(scenario=demo_scenario(timezone.localdate(at)), at=at, is_demo=True, tells_gaps=False)
        importer = User.objects.of(loaded.municipality).get(role=Role.IMPORTER)
        add_extras(home=loaded.municipality, importer=importer, at=at)
        add_reads(Stage(loaded.municipality, importer, at))
    return loaded.municipality


def loaded_year() -> int | None:
    """The year that the demonstration was loaded for; None when it is not there."""
    importers = User.objects.filter(municipality__code=DEMO_CODE, municipality__is_demo=True)
    importer = importers.filter(role=Role.IMPORTER).first()
    if importer is None:
        return None
    with transaction.atomic(), acting(importer):
        return BudgetLine.objects.order_by("-year").values_list("year", flat=True).first()
