from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "ärenden"

    def ready(self) -> None:
        from avhopp.accounts.teams import when_opened, when_placed  # noqa: PLC0415 - models are loaded first
        from cases.actions.accounts import ensure_machine_accounts  # noqa: PLC0415
        from cases.actions.grants import join_team  # noqa: PLC0415
        from cases.due import due_from_cases  # noqa: PLC0415
        from cases.panels import register_due  # noqa: PLC0415

        register_due("cases", due_from_cases)
        when_placed(join_team)
        when_opened(ensure_machine_accounts)
