from django.apps import AppConfig


class FreezeRulesConfig(AppConfig):
    name = "freeze_rules"
    default_auto_field = "django.db.models.BigAutoField"
