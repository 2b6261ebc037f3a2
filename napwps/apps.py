from django.apps import AppConfig


class NapwpsConfig(AppConfig):
    name = "napwps"
    verbose_name = "NAP WPS Tracker"
