"""The secretariat's buttons that remind by hand; they stand on the board of the dashboard."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from frameworks.models import Institution, ReportingRound
from frameworks.permissions import Permission
from frameworks.web import PlanMixin
from monitoring.operations.reminding import remind_by_hand


class RemindAll(PlanMixin, View):
    """Everybody of whom something is out in the round."""

    permission = Permission.MANAGE_ROUNDS
    http_method_names = ["post"]

    def post(self, request, code, label, institution=None):
        round = get_object_or_404(ReportingRound, plan=self.plan, label=label)
        one = self._institution(round, institution)
        result = remind_by_hand(round=round, institution=one, by=request.user, at=timezone.now())
        for level, words in _in_words(result):
            messages.add_message(request, level, words)
        page = reverse("dashboard", args=[self.plan.code])
        return redirect(f"{page}?{urlencode({'round': round.label})}#board")

    def _institution(self, round, code):
        return None


class Remind(RemindAll):
    """One institution that owes a report in the round."""

    def _institution(self, round, code):
        owing = Institution.objects.filter(submissions__round=round).distinct()
        return get_object_or_404(owing, code=code)


def _in_words(result):
    """(level, words) of what came of it."""
    if result.reminded:
        yield (
            messages.SUCCESS,
            _("Reminded by mail: %(names)s.") % {"names": _names(result.reminded)},
        )
    if result.already:
        yield (
            messages.INFO,
            ngettext(
                "%(names)s was reminded today already: once a day is enough.",
                "%(names)s were reminded today already: once a day is enough.",
                len(result.already),
            )
            % {"names": _names(result.already)},
        )
    if result.unreached:
        yield (
            messages.WARNING,
            ngettext(
                "%(names)s has no focal point whom mail reaches: fill the seat on the page of people.",
                "%(names)s have no focal point whom mail reaches: fill the seats on the page of people.",
                len(result.unreached),
            )
            % {"names": _names(result.unreached)},
        )
    if not (result.reminded or result.already or result.unreached):
        yield messages.INFO, _("Nothing is out that could still be handed in.")


def _names(institutions):
    return get_text_list([str(one) for one in institutions], _("and"))
