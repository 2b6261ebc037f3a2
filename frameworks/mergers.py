"""What merging one institution into another would do, for the preview; operations/merging.py says why, and does it."""

from dataclasses import dataclass, field
from hashlib import sha256

from django.db.models import Q
from django.utils.translation import gettext as _

from frameworks import providers
from frameworks.coordination import seat_name
from frameworks.models import Indicator, Institution, InstitutionAlias, Lead, Membership, Role, Seat
from frameworks.models.plan import PlanStatus


@dataclass
class Merger:
    """What merging `source` into `target` would do on a day; loaded by `plan_merger`, carried out by `merge`.

    Each list holds (row of the source, row of the target that is there already or None). `refusals`: sentences that say why
    it cannot be done. `doubled_names`: (name, whom it stands for) that cannot become an alias.
    """

    source: Institution
    target: Institution
    leads: list = field(default_factory=list)
    responsible: list = field(default_factory=list)
    seats: list = field(default_factory=list)
    groups: list = field(default_factory=list)
    members: list = field(default_factory=list)
    directorates: list = field(default_factory=list)
    moves_parent: bool = False
    aliases: list = field(default_factory=list)
    new_names: list = field(default_factory=list)
    doubled_names: list = field(default_factory=list)
    refusals: list = field(default_factory=list)

    @property
    def sections(self):
        """(heading, sentences) for the preview; nothing is left out, so that two previews that read the same are the same."""
        found = [
            (_("What it leads or supports"), [_lead_line(*one) for one in self.leads]),
            (_("Indicators whose figure it reports"), [_indicator_line(*one) for one in self.responsible]),
            (_("Seats"), [self._seat_line(*one) for one in self.seats]),
            (
                _("Groups of institutions that it belongs to"),
                [_there(str(group), there) for group, there in self.groups],
            ),
            (_("Members"), [_there(str(one), there) for one, there in self.members]),
            (_("What is part of it"), [str(one) for one in self.directorates]),
            (_("What it is part of"), [str(self.source.parent)] if self.moves_parent else []),
            (
                _("Names that will stand for %(name)s") % {"name": self.target},
                [*self.new_names, *(one.name for one in self.aliases)],
            ),
            (
                _("Names that will not: they stand for another institution"),
                [f"{name} ({institution})" for name, institution in self.doubled_names],
            ),
        ]
        return [(heading, lines) for heading, lines in found if lines]

    def _seat_line(self, seat, there):
        words = f"{seat.plan.code}, {seat_name(seat)}"
        if there is None:
            return words
        if seat.role == Role.FOCAL_POINT and not there.is_vacant and not seat.is_vacant:
            return _("%(seat)s (goes on beside the focal point of %(name)s, as an alternate)") % {
                "seat": words,
                "name": self.target,
            }
        return _("%(seat)s (one vacant seat of the two is abolished)") % {"seat": words}


def _there(words, there):
    return _("%(what)s (already there)") % {"what": words} if there else words


def _lead_line(lead, there):
    words = f"{lead.activity.plan.code} {lead.activity.code} ({_role_of(lead)})"
    return _("%(what)s: both lead it, one stays") % {"what": words} if there else words


def _role_of(lead):
    return _("accountable") if lead.is_accountable else lead.get_role_display().lower()


def _indicator_line(indicator, there):
    return _there(f"{indicator.plan.code} {indicator.code}", there)


def plan_merger(*, source, target, on):
    """The Merger of two institutions as it stands on that day. The number of queries does not grow with what moves."""
    merger = Merger(source, target)
    lasting = ~Q(plan__status=PlanStatus.EXPIRED)
    _add_leads(merger)
    _add_responsible(merger, lasting)
    _add_seats(merger, lasting, on)
    _add_relations(merger)
    _add_names(merger)
    merger.refusals = [*_unfitting(merger), *providers.status().why_not_merge(source, on)]
    return merger


def _add_leads(merger):
    rows = (
        Lead.objects.filter(institution__in=[merger.source, merger.target], activity__retired_on__isnull=True)
        .exclude(activity__plan__status=PlanStatus.EXPIRED)
        .select_related("activity__plan")
        .order_by("activity__plan", "activity__sort_key")
    )
    there = {one.activity_id: one for one in rows if one.institution_id == merger.target.pk}
    merger.leads = [
        (one, there.get(one.activity_id)) for one in rows if one.institution_id == merger.source.pk
    ]


def _add_responsible(merger, lasting):
    rows = Indicator.objects.in_use().filter(lasting).select_related("plan").order_by("plan", "sort_key")
    there = set(rows.filter(responsible=merger.target).values_list("pk", flat=True))
    merger.responsible = [(one, one.pk in there) for one in rows.filter(responsible=merger.source)]


def _add_seats(merger, lasting, on):
    """A seat of the source meets one of the target where both have the same role in the same body."""
    rows = (
        Seat.objects.filter(lasting, institution__in=[merger.source, merger.target], closed_on__isnull=True)
        .with_vacancy(on)
        .select_related("plan", "institution", "working_group__pillar")
        .order_by("plan", "role", "order", "pk")
    )
    # To begin later counts as held: nobody loses a seat that was promised.
    coming = set(
        Membership.objects.filter(seat__in=[one.pk for one in rows], starts_on__gt=on).values_list(
            "seat_id", flat=True
        )
    )
    there = {}
    for one in rows:
        one.is_vacant = one.is_vacant and one.pk not in coming
        if one.institution_id == merger.target.pk:
            known = there.get(_place(one))
            if known is None or (known.is_vacant and not one.is_vacant):
                there[_place(one)] = one
    for one in rows:
        if one.institution_id == merger.source.pk:
            met = there.get(_place(one))
            merger.seats.append((one, met if met is not None and _clash(one, met) else None))


def _place(seat):
    """An alternate is no double of the focal point; but an institution is a member of a working group only once."""
    title = "" if seat.role == Role.GROUP_MEMBER else seat.title.lower()
    return seat.plan_id, seat.role, seat.working_group_id, title


def _clash(seat, met):
    """Whether the two cannot both go on: one of a vacant pair is idle, and a member or focal point is there once."""
    return seat.is_vacant or met.is_vacant or seat.role in (Role.GROUP_MEMBER, Role.FOCAL_POINT)


def _add_relations(merger):
    source, target = merger.source, merger.target
    theirs = set(target.groups.values_list("pk", flat=True))
    merger.groups = [(one, one.pk in theirs) for one in source.groups.in_order() if one.pk != target.pk]
    members = set(target.members.values_list("pk", flat=True)) if source.is_group else set()
    merger.members = [(one, one.pk in members) for one in source.members.in_order() if one.pk != target.pk]
    below = is_below(target, source)
    merger.directorates = [
        one for one in source.directorates.filter(merged_into__isnull=True).in_order() if one.pk != target.pk
    ]
    merger.moves_parent = source.parent_id not in (None, target.pk) and (
        below or (target.parent_id is None and not is_below(source.parent, target))
    )


def is_below(institution, above):
    """Whether `institution` is part of `above`, however far down."""
    seen = set()
    while institution is not None and institution.pk not in seen:
        seen.add(institution.pk)
        institution = institution.parent
        if institution is not None and institution.pk == above.pk:
            return True
    return False


def _add_names(merger):
    source, target = merger.source, merger.target
    merger.aliases = list(source.aliases.order_by("name"))
    known = {name.lower() for name in (target.acronym, target.name, target.code)}
    known |= {one.name.lower() for one in [*target.aliases.all(), *merger.aliases]}
    wanted = {}
    for name in (source.acronym, source.name, source.code):
        if name and name.lower() not in known:
            wanted.setdefault(name.lower(), name)
    taken = {
        one.name.lower(): one.institution
        for one in InstitutionAlias.objects.exclude(institution__in=[source, target]).select_related(
            "institution"
        )
        if one.name.lower() in wanted
    }
    others = Institution.objects.filter(merged_into__isnull=True).exclude(pk__in=[source.pk, target.pk])
    for one in others:
        for name in (one.acronym, one.name, one.code):
            if name.lower() in wanted:
                taken.setdefault(name.lower(), one)
    merger.new_names = [name for key, name in wanted.items() if key not in taken]
    merger.doubled_names = [(name, str(taken[key])) for key, name in wanted.items() if key in taken]


def _unfitting(merger):
    """Sentences about the two themselves."""
    source, target = merger.source, merger.target
    if source.pk == target.pk:
        return [_("An institution cannot be merged into itself.")]
    if source.merged_into_id or target.merged_into_id:
        gone = source if source.merged_into_id else target
        return [_("%(name)s was merged into %(other)s.") % {"name": gone, "other": gone.merged_into}]
    found = []
    if source.is_group != target.is_group:
        found.append(_("A group of institutions can only be merged with another group."))
    for seat, there in merger.seats:
        if seat.role == Role.GROUP_MEMBER and there and not seat.is_vacant and not there.is_vacant:
            found.append(
                _("Both have somebody in the %(body)s: abolish one of the two seats first.")
                % {"body": f"{seat_name(seat).partition(':')[0]} ({seat.plan.code})"}
            )
    return found


def fingerprint(merger):
    """A short text that differs as soon as the preview reads differently."""
    return sha256(repr(merger.sections).encode()).hexdigest()[:16]
