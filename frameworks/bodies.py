"""The bodies of a plan that have terms of reference, and what they are called in addresses."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from frameworks.models import WorkingGroup
from frameworks.models.coordination import Body

#: Before the pillar's code in the key of a working group: no code of a pillar is mistaken for another body.
GROUP_PREFIX = "wg-"


@dataclass(frozen=True, slots=True)
class PlanBody:
    """A body of a plan that has terms of reference. `key` stands in addresses: "steering_committee", "wg-P1"."""

    key: str
    body: str
    name: str
    working_group: WorkingGroup | None = None

    @property
    def lookup(self):
        return {"body": self.body, "working_group": self.working_group}


def bodies_of(plan):
    """All PlanBodies of a plan, in the order of the page. One query."""
    groups = (
        WorkingGroup.objects.filter(pillar__plan=plan)
        .select_related("pillar")
        .order_by("pillar__order", "pillar__code")
    )
    return [
        PlanBody(Body.STEERING_COMMITTEE, Body.STEERING_COMMITTEE, str(Body.STEERING_COMMITTEE.label)),
        *(
            PlanBody(
                group_key(group),
                Body.WORKING_GROUP,
                _("Working group %(pillar)s") % {"pillar": group.pillar.name},
                group,
            )
            for group in groups
        ),
        PlanBody(Body.MONITORING_TEAM, Body.MONITORING_TEAM, str(Body.MONITORING_TEAM.label)),
        PlanBody(Body.SECRETARIAT, Body.SECRETARIAT, str(Body.SECRETARIAT.label)),
    ]


def group_key(working_group):
    return f"{GROUP_PREFIX}{working_group.pillar.code}"
