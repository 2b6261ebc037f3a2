"""A round's own dates: groups of institutions, and exceptions for one of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.forms.base import add_refusal
from frameworks.forms.round_groups import ExceptionForm, GroupForm, WhyForm
from frameworks.history import Stale, last_change
from frameworks.models import RoundException, RoundGroup
from frameworks.operations.round_groups import (
    delete_group,
    end_exception,
    grant_exception,
    group_history,
    save_group,
)
from frameworks.permissions import Permission
from frameworks.views.rounds import RoundMixin
from frameworks.workflow import StateConflict


class CalendarPage(RoundMixin, TemplateView):
    """What the pages of this module share: the round, the answer to a round that is published, the way back."""

    permission = Permission.MANAGE_ROUNDS

    def get(self, request, *args, **kwargs):
        round = self.find_round()
        if round.published_at is not None:
            messages.warning(request, _("The figures of this round are published: its dates are fixed."))
            return redirect("round", self.plan.code, round.label)
        return self.render_to_response(self.get_context_data(form=self.form(), **self.about()))

    def post(self, request, *args, **kwargs):
        self.find_round()
        form = self.form(request.POST)
        if form.is_valid():
            try:
                said = self.save(form, timezone.now())
            except Stale as error:
                form.tell_stale(error.version, last_change(*group_history(self.group)))
            except ValidationError as error:
                add_refusal(form, error)
            except StateConflict as error:
                messages.warning(request, str(error))
                return self.back()
            else:
                messages.success(request, said)
                return self.back()
        return self.render_to_response(self.get_context_data(form=form, **self.about()))

    def back(self):
        return redirect("round", self.plan.code, self.round.label)

    def about(self):
        return {}


class GroupNew(CalendarPage):
    template_name = "frameworks/round_group_form.html"

    def form(self, data=None):
        self.group = RoundGroup(round=self.round)
        dates = {name: getattr(self.round, name) for name in ("opens_on", "due_on", "closes_on")}
        return GroupForm(data, instance=self.group, initial=dates)

    def save(self, form, at):
        save_group(
            group=form.instance,
            institutions=form.cleaned_data["institutions"],
            version=form.cleaned_data.get("version", ""),
            by=self.request.user,
            at=at,
        )
        return _("The dates of the group are saved.")


class GroupMixin:
    def find_group(self):
        return get_object_or_404(
            RoundGroup.objects.select_related("round__plan"), round=self.round, pk=self.kwargs["pk"]
        )


class GroupEdit(GroupMixin, GroupNew):
    def form(self, data=None):
        self.group = self.find_group()
        return GroupForm(data, instance=self.find_group())

    def about(self):
        return {"group": self.group}


class GroupRemove(GroupMixin, CalendarPage):
    template_name = "frameworks/round_group_remove.html"

    def form(self, data=None):
        self.group = self.find_group()
        return WhyForm(data)

    def about(self):
        return {"group": self.group, "members": list(self.group.institutions.in_order())}

    def save(self, form, at):
        delete_group(group=self.group, reason=form.cleaned_data["reason"], by=self.request.user, at=at)
        return _("The group is removed: its institutions report by the dates of the round.")


class ExceptionNew(CalendarPage):
    """`?institution=<id>` chooses the institution beforehand."""

    template_name = "frameworks/round_exception_form.html"

    def get(self, request, *args, **kwargs):
        if self.find_round().opened_at is None:
            messages.warning(
                request,
                _("The round has not been opened: change its dates, or make a group of institutions."),
            )
            return self.back()
        return super().get(request, *args, **kwargs)

    def form(self, data=None):
        asked = self.request.GET.get("institution", "")
        return ExceptionForm(
            data, round=self.round, initial={"institution": asked} if asked.isdecimal() else None
        )

    def about(self):
        running = RoundException.objects.in_force(self.today).filter(round=self.round)
        return {"running": list(running.select_related("institution"))}

    def save(self, form, at):
        data = form.cleaned_data
        grant_exception(
            round=self.round,
            institution=data["institution"],
            kind=data["kind"],
            until=data["until"],
            reason=data["reason"],
            by=self.request.user,
            at=at,
        )
        return _("%(institution)s can report until the day that you set.") % {
            "institution": data["institution"]
        }


class ExceptionEnd(CalendarPage):
    template_name = "frameworks/round_exception_end.html"

    def form(self, data=None):
        self.exception = get_object_or_404(
            RoundException.objects.select_related("round__plan", "institution", "granted_by"),
            round=self.round,
            pk=self.kwargs["pk"],
        )
        return WhyForm(data)

    def about(self):
        return {"exception": self.exception}

    def save(self, form, at):
        end_exception(
            exception=self.exception, reason=form.cleaned_data["reason"], by=self.request.user, at=at
        )
        return _("The exception has ended.")
