from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "avhopp.accounts"
    label = "accounts"
    verbose_name = "konton"
