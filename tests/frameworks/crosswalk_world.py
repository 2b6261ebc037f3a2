"""Two external frameworks, short ways to link the small world to them, and the pages of its crosswalk."""

from frameworks.models import ExternalFramework, Plan, Provision, ProvisionLink
from frameworks.models.crosswalk import LINKED_LEVELS
from tests.pages import Visitor


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


def ask(world):
    """Gives the world UNSCR 1325 (two provisions) and the SDGs (three) to answer to."""
    make_framework("UNSCR-1325", ("Participation", "Prevention"), order=1, year=2000)
    make_framework("SDG", ("5.5", "5.10", "16.7"), order=2)
    return world


def address(world, page=""):
    return f"/plans/{world.plan.code}/crosswalk/{page}"


def thing_page(world, level="indicator", code="1.1.1a", who="secretariat"):
    return Visitor(world.users[who]).open(address(world, f"of/{level}/{code}/"))


def link_page(world, code="Participation", query=""):
    return Visitor(world.secretariat).open(address(world, f"UNSCR-1325/{code}/link/{query}"))


def make_public(world):
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
