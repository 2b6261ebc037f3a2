"""Who takes part: roles, never invented people. Each of the accounts below can be used to sign in."""

import os
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from frameworks.models import Membership, Role, Seat, User
from frameworks.models.coordination import MemberCategory
from frameworks.models.people import InstitutionKind
from napwps.demo.institutions import SECRETARIAT
from napwps.demo.schedule import SEATED_ON, at_clock

DOMAIN = "demo.example"
#: For the demo only, which anybody may open; load_demo refuses to run anywhere else. DEMO_PASSWORD replaces it.
DEFAULT_PASSWORD = "peace-and-security"  # noqa: S105 (printed by bin/demo)

ADMINISTRATOR, SECRETARY = "admin", "secretariat"
#: Held a seat until shortly before the current round; nobody has followed (a deliberate case of DOMAIN.md).
VACATED = "ME"
GOVERNMENT, CSO = "gov", "cso"


class Account(NamedTuple):
    """An account of the demo. `name`: the part of the e-mail address before the @."""

    name: str
    role: str
    display_name: str
    look_at: str

    @property
    def email(self):
        return email_of(self.name)


def email_of(name):
    return f"{name}@{DOMAIN}"


def password():
    """The password that all demo accounts share."""
    return os.environ.get("DEMO_PASSWORD") or DEFAULT_PASSWORD


ACCOUNTS = (
    Account(ADMINISTRATOR, Role.ADMINISTRATOR, "Administrator", _("everything, in all plans")),
    Account(
        SECRETARY,
        Role.SECRETARIAT,
        "Secretariat, DNPCC",
        _("who is late; import; rounds; reports"),
    ),
    Account("focal.mssi", Role.FOCAL_POINT, "Focal point, MSSI", _("a draft half filled: finish it, submit")),
    Account("focal.sei", Role.FOCAL_POINT, "Focal point, SEI", _("submitted, so locked; last year beside")),
    Account("focal.mae", Role.FOCAL_POINT, "Focal point, MAE", _("returned with a note: correct, submit")),
    Account("focal.mj", Role.FOCAL_POINT, "Focal point, MJ", _("overdue on two pillars")),
    Account("focal.pntl", Role.FOCAL_POINT, "Focal point, PNTL", _("accepted, submitted, endorsed")),
    Account(
        "gov.participation",
        Role.GOVERNMENT_CO_LEAD,
        "Government co-lead, Participation",
        _("review SEI; sign for MOI"),
    ),
    Account("cso.participation", Role.CSO_CO_LEAD, "CSO co-lead, Participation", _("sign for PNTL and MOI")),
    Account(
        "gov.prevention",
        Role.GOVERNMENT_CO_LEAD,
        "Government co-lead, Prevention",
        _("review PNTL; F-FDTL's part"),
    ),
    Account("cso.prevention", Role.CSO_CO_LEAD, "CSO co-lead, Prevention", _("sign for F-FDTL, with PNTL")),
    Account(
        "gov.protection",
        Role.GOVERNMENT_CO_LEAD,
        "Government co-lead, Protection",
        _("review MSSI, handed in late"),
    ),
    Account(
        "cso.protection",
        Role.CSO_CO_LEAD,
        "CSO co-lead, Protection",
        _("review Fokupers; last year's dissent"),
    ),
    Account(
        "gov.peacebuilding",
        Role.GOVERNMENT_CO_LEAD,
        "Government co-lead, Peacebuilding",
        _("review MJDAC; sign for MJ"),
    ),
    Account("cso.peacebuilding", Role.CSO_CO_LEAD, "CSO co-lead, Peacebuilding", _("review MJDAC")),
    Account(
        "steering", Role.STEERING_COMMITTEE, "Steering committee member, MF", _("dashboard; published rounds")
    ),
    Account(
        "monitoring",
        Role.MONITORING_TEAM,
        "Monitoring team member",
        _("breakdowns that do not add up"),
    ),
)

#: Focal points whose accounts cannot be used to sign in, so that what they reported has an author.
SILENT_FOCAL_POINTS = (
    "MOI", "MD", "F-FDTL", "MJDAC", "MS", "MNEC", "GPM", "BELUN", "JSMP", "ALFELA", "PRADET", "FOKUPERS", "CEPAD",
    "ACBIT", VACATED,
)  # fmt: skip

#: Eleven ministries, four CSOs and a partner; the coordinator is a senior official of MOI (seed, Box 11). Which ones
#: they are the source does not say: those that have a task in the plan, and the leading CSOs.
STEERING_COMMITTEE = (
    "MOI", "SEI", "MAE", "MJ", "MD", "MSSI", "MJDAC", "MNEC", "ME", "MS", "MF",
    "BA-FUTURU", "BELUN", "ALFELA", "ACBIT", "UN-WOMEN",
)  # fmt: skip

#: A senior official of MOI coordinates the committee (seed, Box 11).
CHAIR = "MOI"
CATEGORY_OF = {
    InstitutionKind.GOVERNMENT: MemberCategory.MINISTRY,
    InstitutionKind.CSO: MemberCategory.CSO,
    InstitutionKind.PARTNER: MemberCategory.PARTNER,
}

PILLAR_OF_GROUP = {
    "participation": "P1",
    "prevention": "P2",
    "protection": "P3",
    "peacebuilding": "P4",
}


class People:
    """The users of the demo by the name before the @; `focal(code)` and `co_lead(side, pillar code)` find them."""

    def __init__(self, users):
        self._users = users

    def __getitem__(self, name):
        return self._users[name]

    def focal(self, institution_code):
        return self._users[f"focal.{institution_code.lower()}"]

    def co_lead(self, side, pillar_code):
        group = next(name for name, code in PILLAR_OF_GROUP.items() if code == pillar_code)
        return self._users[f"{side}.{group}"]


def load_users(institutions):
    """Creates all users; those of ACCOUNTS can sign in with the demo's password."""
    # One hash for all: hashing is slow by design, and the password is the same anyway.
    hashed, none = make_password(password()), make_password(None)
    rows = [(account.name, account.display_name, "", hashed) for account in ACCOUNTS]
    rows += [
        (f"focal.{code.lower()}", f"Focal point, {institutions[code]}", "", none)
        for code in SILENT_FOCAL_POINTS
    ]
    rows += [
        (
            f"steering.{code.lower()}",
            f"Steering committee {'coordinator' if code == CHAIR else 'member'}, {institutions[code]}",
            _post(institutions[code]),
            none,
        )
        for code in STEERING_COMMITTEE
        if code != "MF"
    ]
    rows.append(("adviser", f"Technical adviser, {institutions['UN-WOMEN']}", "", none))
    joined = at_clock(SEATED_ON, 9)
    users = User.objects.bulk_create(
        User(email=email_of(name), display_name=display, post=post, password=hash_, date_joined=joined)
        for name, display, post, hash_ in rows
    )
    return People({user.email.partition("@")[0]: user for user in users})


def _post(institution):
    if institution.kind == "partner":
        return "Technical staff"
    return "Executive director" if institution.kind == "cso" else "Director-General"


def load_seats(plan, people, institutions):
    """Creates the seats outside the working groups, and puts everybody into theirs."""

    def seat(role, code=None, **fields):
        return Seat(
            plan=None if role == Role.ADMINISTRATOR else plan,
            role=role,
            institution=institutions[code] if code else None,
            **fields,
        )

    filled = [
        (seat(Role.ADMINISTRATOR), people[ADMINISTRATOR]),
        (seat(Role.SECRETARIAT, SECRETARIAT), people[SECRETARY]),
        (seat(Role.MONITORING_TEAM), people["monitoring"]),
        (seat(Role.TECHNICAL_PARTNER, "UN-WOMEN"), people["adviser"]),
    ]
    signing_in = [account.name for account in ACCOUNTS if account.role == Role.FOCAL_POINT]
    focal_points = [name.partition(".")[2].upper() for name in signing_in] + list(SILENT_FOCAL_POINTS)
    filled += [(seat(Role.FOCAL_POINT, code), people.focal(code)) for code in focal_points]
    for order, code in enumerate(STEERING_COMMITTEE):
        holder = people["steering" if code == "MF" else f"steering.{code.lower()}"]
        chairs = code == CHAIR
        filled.append(
            (
                seat(
                    Role.STEERING_COMMITTEE,
                    code,
                    title="Coordinator" if chairs else "",
                    category=CATEGORY_OF[institutions[code].kind],
                    is_coordinator=chairs,
                    order=order,
                ),
                holder,
            )
        )
    Seat.objects.bulk_create(one for one, _holder in filled)
    _fill(filled)


def _fill(filled):
    Membership.objects.bulk_create(
        Membership(user=holder, seat=one, starts_on=SEATED_ON) for one, holder in filled
    )


def fill_co_leads(plan, people):
    """Puts the co-leads into the seats that the workbook's sheet of working groups has made."""
    sides = {Role.GOVERNMENT_CO_LEAD: GOVERNMENT, Role.CSO_CO_LEAD: CSO}
    seats = Seat.objects.filter(plan=plan, role__in=sides).select_related("working_group__pillar")
    _fill((one, people.co_lead(sides[one.role], one.working_group.pillar.code)) for one in seats)


def vacate(plan, people, institution_code, *, last_day):
    """Ends the membership of an institution's focal point; the seat stays, vacant."""
    membership = Membership.objects.get(
        seat__plan=plan, seat__role=Role.FOCAL_POINT, user=people.focal(institution_code)
    )
    membership.ends_on = last_day
    membership.save(update_fields=["ends_on"])
