from django.apps import AppConfig


class ChannelsSyncConfig(AppConfig):
    name = "channels_sync"
    default_auto_field = "django.db.models.BigAutoField"
