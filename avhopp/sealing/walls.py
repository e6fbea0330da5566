"""The data keys can be read and not changed: the `keys` command makes and wraps them, as the owner."""

from avhopp.access.walls import OpenTable
from avhopp.sealing.models import DataKey

TABLES = [OpenTable(model=DataKey, web="select", worker="select")]
