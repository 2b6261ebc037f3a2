"""The people of a plan: seats by body, who holds them, and how the secretariat gives and ends them."""

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from frameworks import providers
from frameworks.coordination import load_past, load_people, mark_undelivered, seat_name
from frameworks.forms.base import add_refusal
from frameworks.forms.people import PLAN_ROLES, AssignForm, LastDayForm, SeatEditForm, SeatForm
from frameworks.history import Source, Stale, changes_of, last_change
from frameworks.models import Membership, Role, Seat, User
from frameworks.operations.mail import given_up
from frameworks.operations.seats import (
    assign_seat,
    close_seat,
    create_person,
    create_seat,
    end_membership,
    may_hand_over_account,
    seat_history,
    update_seat,
    was_ever_held,
)
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin

#: Whose link the next page shows, once. The link itself is made when it is shown, and stored nowhere.
LINK_KEY = "set_password_of"


def set_password_link(request, user):
    """The full address at which `user` sets a first password; works once, for as long as PASSWORD_RESET_TIMEOUT says."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("set_password", args=[uid, default_token_generator.make_token(user)])
    return request.build_absolute_uri(path)


class PlanPeople(PlanMixin, TemplateView):
    """Insiders see names and posts; e-mail addresses and buttons are the secretariat's."""

    template_name = "frameworks/plan_people.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        may_manage = has_permission(user, Permission.MANAGE_SEATS, self.plan)
        people = load_people(self.plan, self.today)
        return super().get_context_data(
            people=people,
            may_manage=may_manage,
            undelivered=self._undelivered(people) if may_manage else 0,
            handover=self._handover() if may_manage else None,
            handover_sheets=providers.status().handover_sheets(self.plan, user),
            **kwargs,
        )

    def _undelivered(self, people):
        holders = {row.holder.user_id for row in people.rows if row.holder}
        return mark_undelivered(people, given_up(holders))

    def _handover(self):
        person = User.objects.filter(pk=self.request.session.pop(LINK_KEY, None)).first()
        if person is None or not may_hand_over_account(self.request.user, person):
            return None
        return {"person": person, "link": set_password_link(self.request, person)}

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        if context.get("handover"):
            response["Cache-Control"] = "no-store"
        return response


class SeatMixin(PlanMixin):
    """For pages about one seat of the plan: sets `self.seat`, and passes `seat` to the template."""

    permission = Permission.MANAGE_SEATS

    def find_seat(self):
        self.seat = get_object_or_404(
            Seat.objects.visible_to(self.request.user)
            .filter(plan=self.plan, closed_on__isnull=True)
            .select_related("institution", "working_group__pillar"),
            pk=self.kwargs["pk"],
        )
        self.holder = (
            Membership.objects.filter(Membership.active_on(self.today), seat=self.seat)
            .select_related("user")
            .first()
        )
        return self.seat

    def get_context_data(self, **kwargs):
        return super().get_context_data(seat=self.seat, holder=self.holder, **kwargs)


class SeatNew(PlanMixin, TemplateView):
    """First which role (links), then the seat of that role."""

    permission = Permission.MANAGE_SEATS
    template_name = "frameworks/seat_form.html"

    def _role(self):
        role = self.request.GET.get("role", "")
        if role and role not in PLAN_ROLES:
            raise Http404
        return Role(role) if role else None

    def get_context_data(self, **kwargs):
        role = self._role()
        if role and "form" not in kwargs:
            asked = self.request.GET
            initial = {name: asked[name] for name in ("working_group", "institution") if name in asked}
            kwargs["form"] = SeatForm(instance=Seat(plan=self.plan, role=role), initial=initial)
        return super().get_context_data(role=role, roles=PLAN_ROLES, **kwargs)

    def post(self, request, *args, **kwargs):
        role = self._role()
        if role is None:
            raise Http404
        form = SeatForm(request.POST, instance=Seat(plan=self.plan, role=role))
        if form.is_valid():
            try:
                seat = create_seat(
                    plan=self.plan,
                    role=role,
                    institution=form.cleaned_data.get("institution"),
                    working_group=form.cleaned_data.get("working_group"),
                    title=form.cleaned_data.get("title", ""),
                    category=form.cleaned_data.get("category", ""),
                    is_coordinator=form.cleaned_data.get("is_coordinator", False),
                    by=request.user,
                )
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("The seat is there. Now say who holds it."))
                return redirect("seat_assign", self.plan.code, seat.pk)
        return self.render_to_response(self.get_context_data(form=form))


class SeatEdit(SeatMixin, TemplateView):
    """Title, category, who chairs, place in the list; the institution while nobody has sat there."""

    template_name = "frameworks/seat_edit.html"

    def _page(self, form, ever_held):
        changes = changes_of(*seat_history(self.seat), limit=20)
        return self.render_to_response(self.get_context_data(form=form, ever_held=ever_held, changes=changes))

    def get(self, request, *args, **kwargs):
        ever_held = was_ever_held(self.find_seat())
        return self._page(SeatEditForm(instance=self._own_copy(), ever_held=ever_held), ever_held)

    def _own_copy(self):
        """The form writes into a row of its own: the page around it keeps the seat as it is stored."""
        return Seat.objects.select_related("plan", "institution").get(pk=self.seat.pk)

    def post(self, request, *args, **kwargs):
        ever_held = was_ever_held(self.find_seat())
        form = SeatEditForm(request.POST, instance=self._own_copy(), ever_held=ever_held)
        if form.is_valid():
            try:
                update_seat(
                    seat=form.instance,
                    changed=form.changed_fields,
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*seat_history(self.seat)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("The seat is saved."))
                return redirect("plan_people", self.plan.code)
        return self._page(form, ever_held)


class PeopleHistory(PlanMixin, TemplateView):
    """Who sat where and when, abolished seats too, and who changed it."""

    template_name = "frameworks/plan_people_history.html"

    def get_context_data(self, **kwargs):
        bodies = load_past(self.plan)
        names = {row.seat.pk: seat_name(row.seat) for _body, rows in bodies for row in rows}
        gone = _("a seat that is no longer there")
        return super().get_context_data(
            bodies=bodies,
            changes=changes_of(
                Source(
                    Seat,
                    {"plan": self.plan.pk},
                    label=lambda event: names.get(event.pgh_obj_id, gone),
                    hidden=frozenset({"working_group", "role"}),
                    whole=True,
                ),
                Source(
                    Membership,
                    {"seat__in": list(names)},
                    label=lambda event: names.get(event.seat_id, gone),
                    hidden=frozenset({"seat"}),
                    whole=True,
                ),
                limit=30,
            ),
            **kwargs,
        )


class SeatAssign(SeatMixin, TemplateView):
    template_name = "frameworks/seat_assign.html"

    def get(self, request, *args, **kwargs):
        self.find_seat()
        form = AssignForm(initial={"starts_on": self.today}, holder=self.holder)
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request, *args, **kwargs):
        self.find_seat()
        form = AssignForm(request.POST, holder=self.holder)
        if form.is_valid():
            try:
                person, is_new = self._save(form, request.user)
            except ValidationError as error:
                add_refusal(form, error)
            else:
                if is_new:
                    request.session[LINK_KEY] = person.pk
                messages.success(request, _("%(name)s holds the seat.") % {"name": person})
                return redirect("plan_people", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))

    @transaction.atomic
    def _save(self, form, by):
        """(the person, whether the account is new). An account that gets no seat is not made either."""
        data, person = form.cleaned_data, form.person
        if person is None:
            person = create_person(
                plan=self.plan,
                email=data["email"],
                name=data["name"].strip(),
                post=data["post"].strip(),
                by=by,
            )
        assign_seat(
            seat=self.seat,
            user=person,
            starts_on=data["starts_on"],
            replace=data.get("replace", False),
            by=by,
            at=timezone.now(),
        )
        return person, form.person is None


class SeatClose(SeatMixin, TemplateView):
    template_name = "frameworks/last_day.html"
    closes_seat = True

    def get(self, request, *args, **kwargs):
        self.find_seat()
        form = LastDayForm(initial={"ends_on": self.today})
        return self.render_to_response(self.get_context_data(form=form, closes_seat=self.closes_seat))

    def post(self, request, *args, **kwargs):
        self.find_seat()
        form = LastDayForm(request.POST)
        if form.is_valid():
            try:
                message = self.end(form.cleaned_data["ends_on"])
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, message)
                return redirect("plan_people", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form, closes_seat=self.closes_seat))

    def end(self, day):
        close_seat(seat=self.seat, closed_on=day, by=self.request.user, on=self.today, at=timezone.now())
        return _("The seat is abolished.")


class MembershipEnd(SeatClose):
    """Ends a term; the seat stays and is vacant."""

    closes_seat = False

    def find_seat(self):
        self.membership = get_object_or_404(
            Membership.objects.filter(
                seat__in=Seat.objects.visible_to(self.request.user).filter(
                    plan=self.plan, closed_on__isnull=True
                )
            ).select_related("user", "seat__institution", "seat__working_group__pillar"),
            pk=self.kwargs["pk"],
        )
        self.seat, self.holder = self.membership.seat, self.membership
        return self.seat

    def end(self, day):
        end_membership(membership=self.membership, ends_on=day, by=self.request.user, at=timezone.now())
        return _("The term ends.")


class PersonLink(PlanMixin, View):
    """A new link for somebody who has not set a password yet: the first one was lost or ran out."""

    permission = Permission.MANAGE_SEATS
    http_method_names = ["post"]

    def post(self, request, code, pk):
        person = get_object_or_404(User.objects.filter(memberships__seat__plan=self.plan).distinct(), pk=pk)
        if not may_hand_over_account(request.user, person):
            raise PermissionDenied(
                _("This person has a password already, or sits in a plan that you do not manage.")
            )
        request.session[LINK_KEY] = person.pk
        return redirect("plan_people", self.plan.code)


class SetPassword(PasswordResetConfirmView):
    """The page behind the link. Django checks the token, keeps it out of the address, and lets it work once."""

    template_name = "frameworks/set_password.html"
    success_url = reverse_lazy("sign_in")

    def form_valid(self, form):
        messages.success(
            self.request, _("Your password is set. Sign in with your e-mail address and the new password.")
        )
        return super().form_valid(form)
