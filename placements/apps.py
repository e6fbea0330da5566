from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = "placeringar och ekonomi"

    def ready(self) -> None:
        """Add this app's panels and due items to the case page. Models can be imported only now."""
        from cases.foresight import register_foresight  # noqa: PLC0415
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_concern, register_due, register_panel  # noqa: PLC0415
        from placements.application_due import due_applications  # noqa: PLC0415
        from placements.concerns import concerns  # noqa: PLC0415
        from placements.due_rows import register_waiting  # noqa: PLC0415
        from placements.foreseen import TEMPLATE, cost_of_decision  # noqa: PLC0415
        from placements.history import KINDS  # noqa: PLC0415
        from placements.panels import PANELS, due_placements  # noqa: PLC0415
        from placements.questions import WAITING  # noqa: PLC0415

        for panel in PANELS:
            register_panel(panel)
        register_due("placeringar", due_placements)
        register_waiting(WAITING)
        register_due("ansokningar", due_applications)
        register_concern("verksamhet", concerns)
        register_history(KINDS)
        register_foresight(TEMPLATE, cost_of_decision)
