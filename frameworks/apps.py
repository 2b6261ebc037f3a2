from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrameworksConfig(AppConfig):
    name = "frameworks"
    verbose_name = _("Results framework")

    def ready(self):
        # The kinds of framework gaps, then the gap of goals that answer to nothing outside the plan.
        from frameworks import gap_kinds  # noqa: F401, I001
        from frameworks import crosswalk  # noqa: F401
