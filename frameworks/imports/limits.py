"""How long a text may be. The numbers are those of the database's columns; a test holds the two together."""

from django.utils.translation import gettext_lazy as _

from frameworks.imports.grid import shorten

MAX_TITLE = 300
MAX_CODE = 40
MAX_PILLAR_CODE = 20
MAX_PILLAR = 120
MAX_INSTITUTION = 200
MAX_DIMENSION = 80
MAX_CATEGORY = 120
MAX_DETAIL = {"unit": 60, "frequency": 80, "data_source": 300}


def refuse_long_texts(plan, pillars, groups, doubts):
    """An error at the cell of every text that the database could not hold; texts are never cut."""
    for text, limit, source in _texts(plan, pillars, groups):
        if text and len(text) > limit:
            doubts.error(
                "too_long",
                source,
                _("“{text}” has {length} characters; at most {limit} fit here. Shorten it."),
                text=shorten(text, 40),
                length=len(text),
                limit=limit,
            )


def _texts(plan, pillars, groups):
    if plan:
        yield plan.title, MAX_TITLE, plan.source
    for pillar in pillars:
        yield pillar.name, MAX_PILLAR, pillar.source
        yield pillar.code, MAX_PILLAR_CODE, pillar.source
        for goal in pillar.goals:
            yield from _level(goal)
            for output in goal.outputs:
                yield from _level(output)
                for activity in output.activities:
                    yield from _level(activity)
                    for lead in activity.leads:
                        yield lead.name, MAX_INSTITUTION, lead.source
    for group in groups:
        yield group.pillar, MAX_PILLAR, group.source
        for seat in (*group.leads, *group.members):
            yield seat.name, MAX_INSTITUTION, seat.source


def _level(node):
    yield node.code, MAX_CODE, node.source
    for indicator in node.indicators:
        yield indicator.code, MAX_CODE, indicator.source
        for dimension in indicator.dimensions:
            yield dimension.name, MAX_DIMENSION, dimension.source
            for category in dimension.categories:
                yield category, MAX_CATEGORY, dimension.source
        for field, limit in MAX_DETAIL.items():
            if detail := getattr(indicator, field):
                yield detail.text, limit, detail.source
