"""What the plan of the demonstration answers to outside itself: an invented mapping (data/crosswalk.toml)."""

from frameworks.crosswalk import MODELS
from frameworks.models import Provision, ProvisionLink
from frameworks.operations.crosswalk import load_standard_frameworks
from napwps.demo.files import tables


def load_crosswalk(plan):
    """Adds the standard frameworks and links the plan to some of their provisions. Raises KeyError for a misspelled code."""
    load_standard_frameworks()
    provisions = {
        f"{one.framework.code} {one.code}": one for one in Provision.objects.select_related("framework")
    }
    things = {
        (level, row.code): row for level, model in MODELS.items() for row in model.objects.filter(plan=plan)
    }
    ProvisionLink.objects.bulk_create(
        ProvisionLink(
            plan=plan,
            provision=provisions[name],
            is_primary=name == row["primary"],
            **{row["level"]: things[row["level"], row["code"]]},
        )
        for row in tables("crosswalk.toml")["link"]
        for name in (row["primary"], *row.get("also", ()))
    )
