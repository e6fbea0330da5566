from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = "placeringar och ekonomi"

    def ready(self) -> None:
        """Add this app's panels and due items to the case page. Models can be imported only now."""
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_due, register_panel  # noqa: PLC0415
        from placements.history import KINDS  # noqa: PLC0415
        from placements.panels import PANELS, due_placements  # noqa: PLC0415

        for panel in PANELS:
            register_panel(panel)
        register_due("placeringar", due_placements)
        register_history(KINDS)
