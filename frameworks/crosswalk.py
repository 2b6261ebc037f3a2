"""The crosswalk of a plan: which provisions of external frameworks it answers, with what, and which stay untouched.

Every function runs a fixed number of queries. What is retired covers nothing any more: its links are kept and shown on its
own page, and counted nowhere.
"""

from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db.models import Case, CharField, Count, Exists, IntegerField, Q, TextField, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from frameworks import gaps
from frameworks.models import Provision, ProvisionLink
from frameworks.models.crosswalk import LINKED_LEVELS, ExternalFramework

#: Level → model, from the top of the results chain down.
MODELS = {level: model for model, level in LINKED_LEVELS.items()}
LEVELS = tuple(MODELS)
#: Lookups from a level to its text and to its pillar.
TEXT_OF = {"goal": "title", "output": "title", "activity": "title", "indicator": "statement"}
PILLAR_OF = {
    "goal": "pillar",
    "output": "goal__pillar",
    "activity": "output__goal__pillar",
    "indicator": "pillar",
}

#: So many things are shown under one provision; the rest on the provision's own page, so many at a time.
PER_PROVISION = 15
PER_PAGE = 100
#: So many things are on offer at once when something is linked to a provision.
OFFERED = 100


@dataclass(frozen=True, slots=True)
class Thing:
    """A goal, output, activity or indicator. `link` and `is_primary`: of its link to the provision it stands under."""

    level: str
    word: str
    code: str
    text: str
    pillar: str
    url: str
    link: int | None = None
    is_primary: bool = False

    @property
    def key(self):
        """How a form names it."""
        return f"{self.level}:{self.code}"


@dataclass
class FrameworkCover:
    """How far a plan answers one framework: provisions `covered` of `total`, by so many `links`."""

    framework: object
    total: int = 0
    covered: int = 0
    links: int = 0

    @property
    def untouched(self):
        return self.total - self.covered


@dataclass
class ProvisionCover:
    """One provision and what answers it: the first `things` of `count`."""

    provision: object
    things: list = field(default_factory=list)
    count: int = 0

    @property
    def is_covered(self):
        return bool(self.count)

    @property
    def hidden(self):
        return self.count - len(self.things)


@dataclass(frozen=True, slots=True)
class ThingLink:
    """A provision that one thing answers."""

    provision: object
    is_primary: bool


def thing_url(plan, level, code):
    """The page of a thing; the plan's own where the level has none."""
    try:
        return reverse(level, args=[plan.code, code])
    except NoReverseMatch:
        return plan.get_absolute_url()


def in_use(level, plan):
    """The goals, outputs, activities or indicators of a plan that are not retired."""
    return MODELS[level].objects.filter(plan=plan, retired_on__isnull=True)


def live_links(links=None):
    """The links whose thing is in use (what is retired took along everything below it: operations/retiring.py)."""
    links = ProvisionLink.objects.all() if links is None else links
    return links.filter(**{f"{level}__retired_on__isnull": True for level in LEVELS})


def in_level(levels):
    """A Q on ProvisionLink: its thing is of one of `levels`."""
    condition = Q(pk__in=[])
    for level in levels:
        condition |= Q(**{f"{level}__isnull": False})
    return condition


def _in_pillar(pillar):
    condition = Q()
    for level in LEVELS:
        condition |= Q(**{f"{level}__{PILLAR_OF[level]}__code": pillar})
    return condition


def _of_things(links):
    """The links with the columns of their thing, whatever its level: level, code, text, pillar; in the order of the plan."""
    return links.annotate(
        level=Case(
            *(When(**{f"{level}__isnull": False}, then=Value(level)) for level in LEVELS),
            output_field=CharField(),
        ),
        position=Case(
            *(When(**{f"{level}__isnull": False}, then=Value(n)) for n, level in enumerate(LEVELS)),
            output_field=IntegerField(),
        ),
        code=Coalesce(*(f"{level}__code" for level in LEVELS)),
        text=Coalesce(*(f"{level}__{TEXT_OF[level]}" for level in LEVELS), output_field=TextField()),
        pillar=Coalesce(*(f"{level}__{PILLAR_OF[level]}__code" for level in LEVELS)),
        thing_order=Coalesce(*(f"{level}__sort_key" for level in LEVELS)),
    )


_ORDER = ("position", "thing_order")
_COLUMNS = ("pk", "provision_id", "is_primary", "level", "code", "text", "pillar")


def _thing(plan, words, row):
    return Thing(
        level=row["level"],
        word=words[row["level"]],
        code=row["code"],
        text=row["text"],
        pillar=row["pillar"],
        url=thing_url(plan, row["level"], row["code"]),
        link=row["pk"],
        is_primary=row["is_primary"],
    )


def load_overview(plan):
    """A FrameworkCover for every external framework, in their order. Two queries."""
    covers = {
        one.pk: FrameworkCover(one, total=one.total)
        for one in ExternalFramework.objects.annotate(total=Count("provisions")).order_by("order", "code")
    }
    links = live_links(plan.provision_links.all()).order_by()
    for row in links.values("provision__framework").annotate(
        covered=Count("provision", distinct=True), links=Count("pk")
    ):
        cover = covers[row["provision__framework"]]
        cover.covered, cover.links = row["covered"], row["links"]
    return list(covers.values())


def load_framework(plan, framework, *, pillar=""):
    """A ProvisionCover for every provision of a framework, with at most PER_PROVISION things each. Two queries.

    pillar: a code; then only what belongs to that pillar counts.
    """
    covers = {one.pk: ProvisionCover(one) for one in framework.provisions.order_by("sort_key")}
    for cover in covers.values():
        cover.provision.framework = framework
    rows = (
        _links_of(plan, pillar, provision__framework=framework)
        .annotate(
            nth=Window(RowNumber(), partition_by="provision", order_by=list(_ORDER)),
            count=Window(Count("pk"), partition_by="provision"),
        )
        .filter(nth__lte=PER_PROVISION)
        .order_by(*_ORDER)
        .values(*_COLUMNS, "count")
    )
    words = plan.words
    for row in rows:
        cover = covers[row["provision_id"]]
        cover.things.append(_thing(plan, words, row))
        cover.count = row["count"]
    return list(covers.values())


def load_provision(plan, provision, page=1):
    """A page (of Paginator) of the Things that answer one provision. Two queries."""
    rows = _links_of(plan, "", provision=provision).order_by(*_ORDER).values(*_COLUMNS)
    found, words = Paginator(rows, PER_PAGE).get_page(page), plan.words
    found.object_list = [_thing(plan, words, row) for row in found.object_list]
    return found


def framework_rows(plan, framework, *, pillar="", covered=None):
    """(provision, Thing or None) for every link of a framework, and for every provision without one. Two queries.

    covered: True or False leaves out the others.
    """
    things = {}
    words = plan.words
    rows = _links_of(plan, pillar, provision__framework=framework).order_by(*_ORDER).values(*_COLUMNS)
    for row in rows:
        things.setdefault(row["provision_id"], []).append(_thing(plan, words, row))
    for provision in framework.provisions.order_by("sort_key"):
        found = things.get(provision.pk)
        if covered is None or covered is bool(found):
            for thing in found or [None]:
                yield provision, thing


def _links_of(plan, pillar, **where):
    links = _of_things(live_links(plan.provision_links.filter(**where)))
    return links.filter(_in_pillar(pillar)) if pillar else links


def provisions_of(level, row):
    """The ThingLinks of one goal, output, activity or indicator, its primary one first. One query."""
    links = (
        ProvisionLink.objects.filter(**{level: row})
        .select_related("provision__framework")
        .order_by("-is_primary", "provision__framework__order", "provision__framework", "provision__sort_key")
    )
    return [ThingLink(one.provision, one.is_primary) for one in links]


def all_provisions():
    """Every provision with its framework, in their order. One query."""
    return list(
        Provision.objects.select_related("framework").order_by(
            "framework__order", "framework__code", "sort_key"
        )
    )


class Offer:
    """What can still be linked to a provision: things in use of the plan that are not linked to it, narrowed by a search.

    `total` counts them; `things` are the first OFFERED of them. Two queries a level.
    """

    def __init__(self, plan, provision, *, q="", level="", pillar=""):
        self._found = {}
        for one in (level,) if level else LEVELS:
            rows = in_use(one, plan).exclude(provision_links__provision=provision).order_by("sort_key")
            if pillar:
                rows = rows.filter(**{f"{PILLAR_OF[one]}__code": pillar})
            if q:
                rows = rows.filter(Q(code__icontains=q) | Q(**{f"{TEXT_OF[one]}__icontains": q}))
            self._found[one] = rows
        self.total = sum(rows.count() for rows in self._found.values())
        self.things = []
        words = plan.words
        for one, rows in self._found.items():
            columns = ("code", TEXT_OF[one], f"{PILLAR_OF[one]}__code")
            for code, text, of in rows.values_list(*columns)[: OFFERED - len(self.things)]:
                self.things.append(Thing(one, words[one], code, text, of, thing_url(plan, one, code)))

    @property
    def hidden(self):
        return self.total - len(self.things)

    def rows(self):
        """level → queryset of everything that was found."""
        return self._found


def _goals(plan):
    """Goals are asked about once there is something to link them to."""
    return in_use("goal", plan).filter(Exists(Provision.objects.all())).order_by("sort_key")


def _goals_without(plan):
    return _goals(plan).filter(provision_links__isnull=True)


gaps.register(
    gaps.GapKind(
        "no_provision",
        gettext_lazy("No external provision"),
        gettext_lazy("Nothing says which commitment of an external framework it answers."),
        _goals_without,
        _goals,
        lambda plan, goal: reverse("provision_links", args=[plan.code, "goal", goal.code]),
    )
)
