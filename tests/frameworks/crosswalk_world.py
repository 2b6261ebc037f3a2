"""Two external frameworks, and short ways to link the small world to them."""

from frameworks.models import ExternalFramework, Provision, ProvisionLink
from frameworks.models.crosswalk import LINKED_LEVELS


def make_framework(code="UNSCR-1325", provisions=("Participation", "Prevention"), **fields):
    made = ExternalFramework.objects.create(
        code=code, **({"name": f"Framework {code}", "short_name": code.replace("-", " ")} | fields)
    )
    Provision.objects.bulk_create(
        Provision(framework=made, code=one, title=f"Title of {one}") for one in provisions
    )
    return made


def provision(code, framework="UNSCR-1325"):
    return Provision.objects.get(framework__code=framework, code=code)


def link(row, to, *, primary=False):
    return ProvisionLink.objects.create(
        plan=row.plan, provision=to, is_primary=primary, **{LINKED_LEVELS[type(row)]: row}
    )


def links_of(plan, **where):
    """{(level, code, provision, primary)} of a plan."""
    return {
        (level, getattr(one, level).code, one.provision.code, one.is_primary)
        for one in ProvisionLink.objects.filter(plan=plan, **where).select_related("provision")
        for level in LINKED_LEVELS.values()
        if getattr(one, level) is not None
    }
