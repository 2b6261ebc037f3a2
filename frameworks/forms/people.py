"""Forms of seats and of the people in them."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.activities import institution_choices, institution_options
from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import DayField, WholeNumberField
from frameworks.models import Role, Seat, User, WorkingGroup
from frameworks.models.people import CO_LEAD_ROLES, GROUP_ROLES
from frameworks.operations.seats import seat_version

#: The roles that a plan's secretariat gives out, in the order of the page.
PLAN_ROLES = (
    Role.SECRETARIAT,
    Role.GOVERNMENT_CO_LEAD,
    Role.CSO_CO_LEAD,
    Role.GROUP_MEMBER,
    Role.STEERING_COMMITTEE,
    Role.MONITORING_TEAM,
    Role.FOCAL_POINT,
    Role.TECHNICAL_PARTNER,
)


#: The bodies in which one seat chairs or coordinates; a working group has its two co-leads.
COORDINATED_ROLES = (Role.STEERING_COMMITTEE, Role.MONITORING_TEAM, Role.SECRETARIAT)


class SeatFieldsForm(ConstrainedForm):
    """What the forms of a seat share: only the fields that its role has."""

    fixed = ("plan", "role")
    constraint_fields = {
        "seat_has_working_group": "working_group",
        "seat_focal_point_institution": "institution",
        "seat_one_co_lead_of_each_side": "working_group",
        "seat_member_once": "institution",
        "seat_one_coordinator": "is_coordinator",
        "seat_coordinator_of_body": "is_coordinator",
        "seat_category_of_committee": "category",
    }
    institution = forms.TypedChoiceField(
        label=gettext_lazy("Institution"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        role = self.instance.role
        self._offer_institutions()
        if role == Role.STEERING_COMMITTEE:
            self.fields["category"].help_text = _("The page of people groups the committee by it.")
        else:
            del self.fields["category"]
        if role in COORDINATED_ROLES:
            self.fields["is_coordinator"].label = _("Chairs or coordinates")
            self.fields["is_coordinator"].help_text = _("One seat of each body does.")
        else:
            del self.fields["is_coordinator"]
        if role in CO_LEAD_ROLES:
            del self.fields["title"]

    def _offer_institutions(self):
        seat = self.instance
        keep = [seat.institution_id] if seat.institution_id else ()
        self.institutions = institution_choices(seat.plan, keep=keep)
        self.fields["institution"].choices = [("", _("None"))] + [
            (pk, label)
            for pk, label in institution_options(self.institutions)
            if seat.role != Role.FOCAL_POINT or not self.institutions[pk].is_group
        ]
        if seat.role == Role.FOCAL_POINT:
            self.fields["institution"].required = True
            self.fields["institution"].help_text = _("The focal point submits this institution's reports.")

    def clean_institution(self):
        chosen = self.institutions.get(self.cleaned_data["institution"])
        self.instance.institution = chosen
        return chosen


class SeatForm(SeatFieldsForm):
    """A new seat of one role."""

    class Meta:
        model = Seat
        fields = ["working_group", "title", "category", "is_coordinator"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        seat = self.instance
        if seat.role in GROUP_ROLES:
            self.fields["working_group"].queryset = WorkingGroup.objects.filter(
                pillar__plan=seat.plan
            ).select_related("pillar")
            self.fields["working_group"].label_from_instance = lambda group: group.pillar.name
            self.fields["working_group"].required = True
        else:
            del self.fields["working_group"]
        self.order_fields(["working_group", "institution", "category", "title", "is_coordinator"])


class SeatEditForm(VersionedMixin, SeatFieldsForm):
    """What may be changed of a seat. ever_held: somebody sat there, so that its institution stays."""

    order = WholeNumberField(
        label=gettext_lazy("Place in the list"),
        min_value=0,
        max_value=999,
        required=False,
        help_text=gettext_lazy("Seats with a low number come first."),
    )

    class Meta:
        model = Seat
        fields = ["title", "category", "is_coordinator", "order"]

    def __init__(self, *args, ever_held, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["institution"] = self.instance.institution_id
        if ever_held:
            del self.fields["institution"]
        self.add_version(seat_version(self.instance))
        self.order_fields(["institution", "category", "title", "is_coordinator", "order"])

    def clean_order(self):
        return self.cleaned_data["order"] or 0

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name != "version"]


class AssignForm(forms.Form):
    """Whom a seat goes to: somebody who has an account, known by the e-mail address, or a new person."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("They sign in with it. If they already have an account, this is enough."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Needed for somebody without an account."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    post = forms.CharField(
        label=gettext_lazy("Post"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("For example: Head of the planning department."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    starts_on = DayField(label=gettext_lazy("From"), help_text=gettext_lazy("The first day in the seat."))
    replace = forms.BooleanField(label="", required=False)

    def __init__(self, *args, holder=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = None
        if holder is None:
            del self.fields["replace"]
        else:
            self.fields["replace"].label = _("End the term of %(name)s the day before") % {
                "name": holder.user
            }

    def clean(self):
        data = self.cleaned_data
        if data.get("email"):
            self.person = User.objects.filter(email__iexact=data["email"].strip()).first()
            if self.person is None and not data.get("name", "").strip():
                self.add_error(
                    "name",
                    ValidationError(
                        _(
                            "Nobody has an account with this e-mail address. Write the name to make one, or correct the address."
                        )
                    ),
                )
        return data


class LastDayForm(forms.Form):
    """The last day of a term or a seat."""

    ends_on = DayField(label=gettext_lazy("Last day"), help_text=gettext_lazy("This day still counts."))
