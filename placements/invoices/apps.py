from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "placements.invoices"
    verbose_name = "fakturor"

    def ready(self) -> None:
        """Add the invoices' panel and history to the case page. Models can be imported only now."""
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_panel  # noqa: PLC0415
        from placements.invoices.history import KINDS  # noqa: PLC0415
        from placements.invoices.panels import PANELS  # noqa: PLC0415

        for panel in PANELS:
            register_panel(panel)
        register_history(KINDS)
