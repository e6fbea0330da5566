from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    name = "placements.procurement"
    verbose_name = "förfrågningar"

    def ready(self) -> None:
        """Add the inquiries' panel, history and due items to the case. Models can be imported only now."""
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_panel  # noqa: PLC0415
        from placements.due_rows import register_waiting  # noqa: PLC0415
        from placements.procurement.due import WAITING  # noqa: PLC0415
        from placements.procurement.history import KINDS  # noqa: PLC0415
        from placements.procurement.panels import PANELS, STAY_PANELS  # noqa: PLC0415
        from placements.stay_panels import register_stay_panel  # noqa: PLC0415

        for panel in PANELS:
            register_panel(panel)
        for stay_panel in STAY_PANELS:
            register_stay_panel(stay_panel)
        for kind in WAITING:
            register_waiting(kind)
        register_history(KINDS)
