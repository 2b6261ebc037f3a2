"""Exchange rates: which one counts for which year, what is missing, and entering them."""

from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.forms.rates import YEARS, RateDeleteForm, RateForm
from budgets.models import ExchangeRate
from budgets.operations.rates import WouldChange, delete_rate, rate_history, rates_history, save_rate
from budgets.rate_impact import LABELS, impact_of, rate_table
from budgets.rates import Rates
from budgets.views.sources import EditPage, KeepingMixin
from frameworks.history import changes_of
from frameworks.web import PlanMixin


def rates_in(plan, user):
    """The plan's ExchangeRates as `user` may read them, by currency, the newest first."""
    return list(
        ExchangeRate.objects.visible_to(user).filter(plan=plan).order_by("currency", "-valid_on", "pk")
    )


class ExchangeRates(KeepingMixin, PlanMixin, TemplateView):
    template_name = "budgets/exchange_rates.html"

    def get_context_data(self, **kwargs):
        rows = rates_in(self.plan, self.request.user)
        usable = [row for row in rows if row.to_currency == self.plan.currency]
        table = rate_table(
            self.plan,
            self.request.user,
            Rates(self.plan.currency, rows),
            {row.currency for row in usable},
        )
        return super().get_context_data(
            rates=usable,
            unused=[row for row in rows if row.to_currency != self.plan.currency],
            table=table,
            missing=[
                (currency, year, [(LABELS[one.measure], one.amount) for one in hanging])
                for (currency, year), hanging in table.missing
            ],
            changes=changes_of(*rates_history(self.plan), limit=20),
            **kwargs,
        )


class RatePage(EditPage):
    """What entering, changing and deleting a rate share: what would change is shown, and confirmed by a second press."""

    template_name = "budgets/exchange_rate_form.html"

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if form.is_valid():
            try:
                answer = self.run(form, lambda: self.save(form), self.history)
            except WouldChange as change:
                form.show_impact(change.impact)
                return self.page(form, impact=change.impact)
            if answer is not None:
                return answer
        return self.page(form)

    def back(self):
        return redirect("exchange_rates", self.plan.code)


class RateNew(RatePage):
    """`?currency=EUR&year=2026`: the rate that is missing."""

    def form(self, data=None):
        asked = self.request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else None
        initial = {
            "currency": self.request.GET.get("currency", ""),
            "valid_on": date(year, 1, 1) if year in YEARS else None,
        }
        rate = ExchangeRate(plan=self.plan, to_currency=self.plan.currency)
        used = sorted({row.currency for row in rates_in(self.plan, self.request.user)})
        return RateForm(data, instance=rate, initial=initial, used=used)

    def save(self, form):
        saved = save_rate(
            rate=form.instance,
            changed=(),
            reason="",
            seen=form.cleaned_data["seen"],
            by=self.request.user,
        )
        messages.success(
            self.request,
            _(
                "Amounts in %(currency)s of %(year)s, and of later years until a later rate, are converted by this rate."
            )
            % {"currency": saved.currency, "year": saved.valid_on.year},
        )
        return self.back()


class RateMixin:
    """For pages of one rate."""

    @cached_property
    def rate(self):
        return get_object_or_404(
            ExchangeRate.objects.visible_to(self.request.user).select_related("plan"),
            plan=self.plan,
            pk=self.kwargs["pk"],
        )

    def history(self):
        return rate_history(self.rate)

    def get_context_data(self, **kwargs):
        return super().get_context_data(rate=self.rate, changes=changes_of(*self.history()), **kwargs)


class RateEdit(RateMixin, RatePage):
    def form(self, data=None):
        # Its own copy: the page goes on showing the rate as it is saved.
        copy = ExchangeRate.objects.select_related("plan").get(pk=self.rate.pk)
        return RateForm(data, instance=copy)

    def save(self, form):
        save_rate(
            rate=form.instance,
            changed=form.changed_fields,
            reason=form.cleaned_data.get("reason", ""),
            version=form.cleaned_data["version"],
            seen=form.cleaned_data["seen"],
            by=self.request.user,
        )
        messages.success(self.request, _("The rate is saved."))
        return self.back()


class RateDelete(RateMixin, RatePage):
    """Says what would change before anything is pressed."""

    template_name = "budgets/exchange_rate_delete.html"

    def form(self, data=None):
        return RateDeleteForm(data, rate=self.rate)

    def page(self, form, impact=None):
        impact = impact or impact_of(self.plan, self.request.user, without=self.rate)
        form.initial["seen"] = impact.seen
        return super().page(form, impact=impact)

    def save(self, form):
        delete_rate(
            rate=self.rate,
            reason=form.cleaned_data.get("reason", ""),
            version=form.cleaned_data["version"],
            seen=form.cleaned_data["seen"],
            by=self.request.user,
        )
        messages.success(self.request, _("The rate is deleted. The history keeps it."))
        return self.back()
