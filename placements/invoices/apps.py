from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "placements.invoices"
    verbose_name = "fakturor"

    def ready(self) -> None:
        """Add the invoices to the pages of case, stay and month. Models can be imported only now."""
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_panel  # noqa: PLC0415
        from placements.invoices.covered import STAY_PANELS  # noqa: PLC0415
        from placements.invoices.history import KINDS  # noqa: PLC0415
        from placements.invoices.month_sheets import MONTH_PANELS  # noqa: PLC0415
        from placements.invoices.panels import PANELS  # noqa: PLC0415
        from placements.month_panels import register_month_panel  # noqa: PLC0415
        from placements.stay_panels import register_stay_panel  # noqa: PLC0415

        for panel in PANELS:
            register_panel(panel)
        for stay_panel in STAY_PANELS:
            register_stay_panel(stay_panel)
        for month_panel in MONTH_PANELS:
            register_month_panel(month_panel)
        register_history(KINDS)
