"""What the invoices add to a case."""

from cases.panels import Panel

PANELS: tuple[Panel, ...] = ()
