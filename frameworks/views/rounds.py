"""Reporting rounds: the list, a new one, and one round with its three steps (open, close, publish)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from frameworks import providers
from frameworks.forms.rounds import RoundForm, next_round
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import ReportingRound
from frameworks.models.round import Periodicity
from frameworks.operations.round_groups import calendar_history
from frameworks.operations.rounds import (
    close_round,
    create_round,
    open_round,
    publish_round,
    round_history,
    update_round,
)
from frameworks.permissions import Permission, has_permission
from frameworks.round_calendar import calendar_context, sees_exceptions
from frameworks.web import PlanMixin
from frameworks.workflow import StateConflict


class PlanRounds(PlanMixin, TemplateView):
    template_name = "frameworks/plan_rounds.html"

    def get_context_data(self, **kwargs):
        rounds = (
            ReportingRound.objects.visible_to(self.request.user)
            .filter(plan=self.plan)
            .order_by("-period_end")
        )
        return super().get_context_data(
            rounds=[(one, one.phase(self.today)) for one in rounds],
            may_manage=has_permission(self.request.user, Permission.MANAGE_ROUNDS, self.plan),
            **kwargs,
        )


class RoundNew(PlanMixin, TemplateView):
    permission = Permission.MANAGE_ROUNDS
    template_name = "frameworks/round_form.html"

    def get_context_data(self, **kwargs):
        if "form" not in kwargs:
            latest, length = self._latest()
            values = next_round(self.plan, latest, self.today, length)
            kwargs["form"] = RoundForm(instance=ReportingRound(plan=self.plan), initial=values)
            kwargs["latest"] = latest
            kwargs["begins_today"] = values["opens_on"] == self.today
            kwargs["lengths"] = [
                (value, label, value == values["periodicity"]) for value, label in Periodicity.choices
            ]
        return super().get_context_data(**kwargs)

    def _latest(self):
        """The round that the new one follows, and the length that is asked for ("": that of the latest)."""
        rounds = ReportingRound.objects.filter(plan=self.plan).order_by("period_end")
        length = self.request.GET.get("length", "")
        if length not in Periodicity.values:
            return rounds.last(), ""
        return rounds.filter(periodicity=length).last() or rounds.last(), length

    def post(self, request, code):
        form = RoundForm(request.POST, instance=ReportingRound(plan=self.plan))
        if form.is_valid():
            try:
                round = create_round(round=form.instance, by=request.user)
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(
                    request, _("The round is planned. Institutions can report once you open it.")
                )
                return redirect("round", self.plan.code, round.label)
        return self.render_to_response(self.get_context_data(form=form))


class RoundMixin(PlanMixin):
    """For pages under /plans/<code>/rounds/<label>/: sets `self.round`, passes `round` and `phase` to the template."""

    def find_round(self):
        self.round = get_object_or_404(
            ReportingRound.objects.visible_to(self.request.user).select_related(
                "plan", "opened_by", "published_by"
            ),
            plan=self.plan,
            label=self.kwargs["label"],
        )
        return self.round

    def get_context_data(self, **kwargs):
        return super().get_context_data(round=self.round, phase=self.round.phase(self.today), **kwargs)


class RoundPage(RoundMixin, TemplateView):
    template_name = "frameworks/round.html"

    def get(self, request, *args, **kwargs):
        self.find_round()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user, round = self.request.user, self.round
        return super().get_context_data(
            lines=providers.status().round_lines(round, user),
            steps=self._steps(),
            changes=changes_of(
                *round_history(round), *calendar_history(round, exceptions=sees_exceptions(user, round))
            ),
            **calendar_context(user, round, self.today),
            may_manage=has_permission(user, Permission.MANAGE_ROUNDS, self.plan),
            may_publish=has_permission(user, Permission.PUBLISH_ROUND, self.plan),
            may_see_dashboard=has_permission(user, Permission.VIEW_DASHBOARD, self.plan),
            is_over=self.today > round.closes_on,
            **kwargs,
        )

    def _steps(self):
        """Planned → open → closed → published, for the stepper."""
        round = self.round
        done = [
            (_("Planned"), True, None),
            (_("Opened"), round.opened_at is not None, round.opened_at),
            (_("Closed"), round.closed_at is not None or self._closed_by_date(), round.closed_at),
            (_("Published"), round.published_at is not None, round.published_at),
        ]
        reached = max(index for index, (_label, is_done, _at) in enumerate(done) if is_done)
        return [
            {
                "label": label,
                "state": "done" if is_done and index < reached else "current" if index == reached else "todo",
                "note": timezone.localtime(at).date() if at else "",
            }
            for index, (label, is_done, at) in enumerate(done)
        ]

    def _closed_by_date(self):
        return self.round.opened_at is not None and self.today > self.round.closes_on


class RoundEdit(RoundMixin, TemplateView):
    permission = Permission.MANAGE_ROUNDS
    template_name = "frameworks/round_form.html"

    def get_context_data(self, **kwargs):
        has_other_dates = self.round.groups.exists() or self.round.exceptions.in_force(self.today).exists()
        return super().get_context_data(has_other_dates=has_other_dates, **kwargs)

    def get(self, request, *args, **kwargs):
        self.find_round()
        return self.render_to_response(self.get_context_data(form=RoundForm(instance=self.round)))

    def post(self, request, *args, **kwargs):
        stored = self.find_round()
        form = RoundForm(
            request.POST, instance=ReportingRound.objects.select_related("plan").get(pk=stored.pk)
        )
        if form.is_valid():
            try:
                saved = update_round(
                    round=form.instance,
                    changed=form.changed_fields,
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*round_history(stored)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("round", self.plan.code, saved.label)
        return self.render_to_response(self.get_context_data(form=form))


class RoundStep(RoundMixin, View):
    """One step of a round. Who is slower than a colleague is told what the round is now."""

    permission = Permission.MANAGE_ROUNDS
    http_method_names = ["post"]
    operation = None
    done = ""

    def post(self, request, *args, **kwargs):
        round = self.find_round()
        try:
            type(self).operation(round=round, by=request.user, at=timezone.now())
        except StateConflict as error:
            messages.warning(request, str(error))
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            messages.success(request, self.done)
        return redirect("round", self.plan.code, round.label)


class RoundOpen(RoundStep):
    operation = staticmethod(open_round)
    done = gettext_lazy("The round is open.")


class RoundClose(RoundStep):
    operation = staticmethod(close_round)
    done = gettext_lazy("The round is closed.")


class RoundPublish(RoundStep, TemplateView):
    """GET: what becomes public, and what does not. POST: publishes."""

    permission = Permission.PUBLISH_ROUND
    http_method_names = ["get", "post"]
    operation = staticmethod(publish_round)
    done = gettext_lazy("The figures are published.")
    template_name = "frameworks/round_publish.html"

    def get(self, request, *args, **kwargs):
        round = self.find_round()
        if round.opened_at is None or round.published_at is not None:
            return redirect("round", self.plan.code, round.label)
        return self.render_to_response(
            self.get_context_data(
                lines=providers.status().publication_lines(round),
                **calendar_context(request.user, round, self.today),
            )
        )
