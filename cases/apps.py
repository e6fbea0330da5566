from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "ärenden"

    def ready(self) -> None:
        from avhopp.accounts.teams import when_opened, when_placed  # noqa: PLC0415 - models are loaded first
        from cases.actions.accounts import ensure_machine_accounts  # noqa: PLC0415
        from cases.actions.grants import join_team  # noqa: PLC0415
        from cases.documents_panel import PANEL  # noqa: PLC0415
        from cases.due import due_from_cases  # noqa: PLC0415
        from cases.history import own  # noqa: PLC0415
        from cases.history.kinds import register_history  # noqa: PLC0415
        from cases.panels import register_due, register_panel  # noqa: PLC0415

        register_panel(PANEL)
        register_due("cases", due_from_cases)
        register_history(own.KINDS)
        when_placed(join_team)
        when_opened(ensure_machine_accounts)
