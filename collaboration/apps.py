from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    name = "collaboration"
    verbose_name = "samverkan med polisen"

    def ready(self) -> None:
        """Add this app's panels and due items to the case page. Models can be imported only now."""
        from cases.followers import Step, register_follower  # noqa: PLC0415
        from cases.grounds import register_ground  # noqa: PLC0415
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_due, register_panel  # noqa: PLC0415
        from collaboration.actions.following import close_with_case, remember_assessment  # noqa: PLC0415
        from collaboration.grounds import GROUNDS  # noqa: PLC0415
        from collaboration.history import KINDS  # noqa: PLC0415
        from collaboration.panels import PANELS, due_collaboration  # noqa: PLC0415

        for panel in PANELS:
            register_panel(panel)
        register_due("samverkan", due_collaboration)
        register_history(KINDS)
        for key, ground in GROUNDS.items():
            register_ground(key, ground)
        register_follower(Step.INVESTIGATION_CONCLUDED, "assessment", remember_assessment)
        register_follower(Step.DECIDED, "assessment", remember_assessment)
        register_follower(Step.CLOSED, "packages", close_with_case)
