"""The form of an exchange rate."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.currencies import offered
from budgets.forms.doubts import DoubtMixin
from budgets.forms.sources import drop_unasked_reason
from budgets.models import ExchangeRate
from budgets.operations.rates import rate_version
from budgets.plausible import rate_doubt
from frameworks.forms.base import ConstrainedForm, VersionedMixin, reason_field
from frameworks.forms.fields import DayField, FigureField

#: A year written in full; anything else is a slip of the hand.
YEARS = range(2000, 2101)


class RateForm(VersionedMixin, DoubtMixin, ConstrainedForm):
    """A rate of `instance.plan` into `instance.to_currency`. used: the currencies that come first in the choice.

    `seen` carries the digest of the change that was shown, so that saving it again is confirming exactly that.
    """

    fixed = ("plan", "to_currency")
    constraint_fields = {
        "exchange_rate_once_a_day": "valid_on",
        "exchange_rate_positive": "rate",
        "exchange_rate_between_two": "currency",
        "exchange_rate_has_source": "source",
    }
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    rate = FigureField(
        label=gettext_lazy("Rate"),
        max_digits=18,
        decimal_places=8,
        help_text=gettext_lazy("For example 1.0842. It is never turned round."),
    )
    valid_on = DayField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy(
            "Amounts of a year are converted by the latest rate from that year or before it."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, label="")
    reason = reason_field()

    class Meta:
        model = ExchangeRate
        fields = ["currency", "rate", "valid_on", "source"]
        help_texts = {
            "source": gettext_lazy("For example: European Central Bank, reference rate of 2 January 2025.")
        }

    def __init__(self, *args, used=(), **kwargs):
        super().__init__(*args, **kwargs)
        rate = self.instance
        own = rate.plan.currency
        codes = [code for code in offered(rate.currency, *used) if code != own]
        self.fields["currency"].choices = [("", "---------"), *((code, code) for code in codes)]
        self.fields["currency"].error_messages["invalid_choice"] = _(
            "Choose another currency than %(currency)s, the plan's own: that needs no rate."
        ) % {"currency": own}
        self.fields["rate"].label = _("What one unit is worth in %(currency)s") % {"currency": own}
        if rate.pk:
            self.add_version(rate_version(rate))
        drop_unasked_reason(self, rate.plan, is_new=not rate.pk)
        self.add_sure()

    def clean_rate(self):
        rate = self.cleaned_data["rate"]
        if rate <= 0:
            raise ValidationError(_("A rate is greater than 0."))
        return rate

    def clean_valid_on(self):
        day = self.cleaned_data["valid_on"]
        if day.year not in YEARS:
            raise ValidationError(_("Years are written in full, for example 2025-01-01."))
        return day

    def clean(self):
        data = super().clean()
        if {"currency", "rate", "valid_on"} <= set(data) and {"currency", "rate"} & set(self.changed_data):
            words = rate_doubt(
                data["rate"],
                self._beside(data["currency"], data["valid_on"]),
                currency=data["currency"],
                to_currency=self.instance.to_currency,
            )
            self.doubt("rate", words)
        self.settle_doubts()
        return data

    def _beside(self, currency, day):
        """The rate to compare with: the last one before that day, else the next one, else what this one was."""
        rows = ExchangeRate.objects.filter(
            plan=self.instance.plan, currency=currency, to_currency=self.instance.to_currency
        )
        others = rows.exclude(pk=self.instance.pk)
        last = others.filter(valid_on__lte=day).order_by("-valid_on").first()
        last = last or others.order_by("valid_on").first() or rows.filter(pk=self.instance.pk).first()
        return last.rate if last else None

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name in self.Meta.fields]

    def show_impact(self, impact):
        """The next press of the button confirms what is shown now."""
        self.data = self.data.copy()
        self.data["seen"] = impact.seen


class RateDeleteForm(VersionedMixin, forms.Form):
    """Deleting a rate. seen: the digest of what the page shows would change."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, label="")
    reason = reason_field()

    def __init__(self, *args, rate, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_version(rate_version(rate))
        drop_unasked_reason(self, rate.plan)

    def show_impact(self, impact):
        self.data = self.data.copy()
        self.data["seen"] = impact.seen
