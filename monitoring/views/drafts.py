"""The pages on which a focal point writes: one for each activity, one for the other indicators."""

import re
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from frameworks.permissions import Permission, has_permission
from frameworks.web import SignedInMixin, remember_plan
from monitoring.discussion import load_discussion
from monitoring.forms.reporting import IndicatorForm, ProgressForm, error_items
from monitoring.forms.story import TAKE_LINES, pressed, story_differences
from monitoring.handing_in import why_locked
from monitoring.kept import sign_in_and_keep
from monitoring.models import Submission
from monitoring.models.submission import ActivityStatus
from monitoring.operations.discussion import mark_notes
from monitoring.operations.reporting import (
    DraftLocked,
    StaleDraft,
    figures_version,
    save_activity,
    save_indicators,
)
from monitoring.parts import contributions, load_parts
from monitoring.sheets import load_sheet
from monitoring.spending import add_budgets
from monitoring.steps import moment
from monitoring.views.place_rows import PlaceRowsMixin
from monitoring.words import baseline_text, figure_text, lateness, target_text

#: What the buttons of evidence name: a line, or one of its files and links.
_LINE, _UUID = (
    re.compile(r"[ai]\d{1,18}", re.ASCII),
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One box in which what is saved and what was typed differ."""

    label: str
    saved: str
    typed: str


@dataclass(frozen=True, slots=True)
class Fieldset:
    """One indicator on the page: its boxes and what stands beside them."""

    form: IndicatorForm
    last: object
    last_round: object
    last_text: str
    baseline: str
    target: str

    @property
    def indicator(self):
        return self.form.indicator


class DraftPage(PlaceRowsMixin, SignedInMixin, View):
    """What both kinds of page share: finding the submission, the forms, saving, and the three ways in which it can fail."""

    template_name = "monitoring/activity_form.html"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated and request.method == "POST":
            return sign_in_and_keep(request)
        if request.user.is_authenticated:
            self.submission = get_object_or_404(
                Submission.objects.visible_to(request.user).select_related(
                    "round__plan", "institution", "pillar", "accountable"
                ),
                pk=kwargs["pk"],
            )
            remember_plan(request, self.submission.round.plan)
            if not has_permission(request.user, Permission.EDIT_SUBMISSION, self.submission):
                raise PermissionDenied(
                    _("Only the focal point of %(institution)s writes here.")
                    % {"institution": self.submission.institution}
                )
            self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if why_locked(self.submission, self.now):
            return redirect("submission", self.submission.pk)  # which says why
        return self.page(self.forms())

    def post(self, request, *args, **kwargs):
        forms = self.forms(request.POST)
        if self.invalid(forms):
            return self.page(forms, status=422)
        try:
            self.save_forms(forms)
        except DraftLocked as error:
            return self.page(forms, locked=str(error), status=409)
        except StaleDraft as error:
            return self.page(forms, stale=error, status=409)
        except ValidationError as error:
            _put_errors(error, *forms)
            return self.page(forms, status=422)
        messages.success(
            request, _("Saved at %(time)s.") % {"time": time_format(timezone.localtime(self.now), "H:i")}
        )
        return redirect(self.after_saving(request.POST.get("then", "")))

    def after_saving(self, wish):
        """Where the pressed button leads: back to the list, to the next page, or to the same page."""
        if wish == "back":
            round = self.submission.round
            return reverse("my_report", args=[round.plan.code, round.label])
        if wish == "next" and self.next_url:
            return self.next_url
        if wish.startswith("places-") and wish[7:].isdecimal():
            return f"{self.request.path}?places={wish[7:]}#i{wish[7:]}-places"
        what, _dash, name = wish.partition("-")
        if what in ("corr", "last"):
            return f"{self.request.path}#corrections"
        if wish == TAKE_LINES:
            return f"{self.request.path}#spending"
        if what == "pick" and name.isdecimal() and len(name) < 19:
            return self.pick_address(int(name))
        if what == "evidence" and _LINE.fullmatch(name):
            return reverse("evidence_line", args=[self.submission.pk, name])
        if what == "remove" and _UUID.fullmatch(name):
            return reverse("evidence_remove", args=[name])
        return self.request.path

    def named_forms(self, forms):
        """Every form of the page, in its order, with the name under which its mistakes are listed."""
        progress_form, indicator_forms = forms
        named = [(progress_form, "")] if progress_form else []
        return named + [(one, one.indicator.code) for one in indicator_forms]

    def invalid(self, forms):
        """The (form, name) pairs with a mistake. Every form is asked, so that all that is wrong is said at once."""
        return [pair for pair in self.named_forms(forms) if pair[0].is_bound and not pair[0].is_valid()]

    def save_forms(self, forms):
        """Saves what valid forms were told; returns the new version. The autosave (views/autosave.py) goes through here."""
        progress_form, indicator_forms = forms
        version = self.save(
            progress_form,
            {cell: said for one in indicator_forms for cell, said in one.reported().items()},
        )
        self.mark_notes()
        return version

    def mark_notes(self):
        """Marks the notes of a return as their boxes say. Scripts send those that changed, blank for unticked ones."""
        data = self.request.POST
        whole = "then" in data or "all" in data
        shown = data.getlist("note-shown") if whole else [name[5:] for name in data if name[:5] == "note-"]
        notes = {int(pk) for pk in shown[:500] if pk.isdecimal() and len(pk) < 19}
        if notes:
            done = {pk for pk in notes if data.get(f"note-{pk}")}
            mark_notes(
                submission=self.submission, by=self.request.user, at=self.now, done=done, undone=notes - done
            )

    @cached_property
    def version_sent(self):
        """The version that the sent page was opened on, as it was sent."""
        return self.request.POST.get("version", "")

    # What the two kinds of page say of themselves

    def save(self, progress_form, values):
        """Saves, on `version_sent`, and returns the new version."""
        raise NotImplementedError

    # The forms

    @cached_property
    def sheet(self):
        sheet = load_sheet(self.submission, context=True)
        add_budgets([sheet])
        return sheet

    def forms(self, data=None):
        opened = self.request.GET.get("places", "")
        return (
            self.progress_form(data),
            [
                IndicatorForm(
                    line,
                    places=self.places,
                    places_open=opened == str(line.indicator.pk),
                    added=self.added.get(line.indicator.pk, ()),
                    on=self.submission.round.period_end,
                    data=data,
                )
                for line in self.lines
            ],
        )

    def progress_form(self, data):
        return None

    def page(self, forms, *, locked="", stale=None, status=200):
        progress_form, indicator_forms = forms
        round, today = self.submission.round, timezone.localdate(self.now)
        is_typed = any(form.is_bound for form, _name in self.named_forms(forms))
        response = render(
            self.request,
            self.template_name,
            {
                "submission": self.submission,
                "round": round,
                "plan": round.plan,
                "deadline": lateness(self.submission.due_on, today),
                "is_late": today > self.submission.due_on,
                "progress_form": progress_form,
                "fieldsets": [_fieldset(one) for one in indicator_forms],
                "errors": error_items(*self.invalid(forms)),
                # What was typed stays tied to the version on which it was typed: another tab may have saved meanwhile.
                "version": stale.version if stale else self.version_sent if is_typed else self.version,
                "autosave_url": self.autosave_url,
                "is_typed": is_typed,
                "discussion": load_discussion(self.submission, self.request.user),
                "typed_notes": self.request.POST if self.request.method == "POST" else None,
                "locked": locked,
                "stale": stale,
                "saved_elsewhere": moment(stale.at, self.now) if stale and stale.at else "",
                "differences": self.differences(stale, forms) if stale else [],
                **self.about(),
            },
            status=status,
        )
        # "Back" asks for it anew: a copy would hold an older version, and be left behind on a shared computer.
        response["Cache-Control"] = "no-store"
        return response

    def about(self):
        """Title, place in the list, next page."""
        raise NotImplementedError

    def differences(self, stale, forms):
        progress_form, indicator_forms = forms
        found = []
        if progress_form:
            for name, typed in progress_form.told().items():
                saved = getattr(stale.progress, name) if stale.progress else ""
                if saved != typed:
                    found.append(
                        Difference(
                            str(progress_form[name].label), _readable(name, saved), _readable(name, typed)
                        )
                    )
            found += [Difference(*one) for one in story_differences(progress_form, stale)]
        for one in indicator_forms:
            for cell, said in one.reported().items():
                row = stale.values.get((cell.indicator_id, *cell.key))
                label = ", ".join(part for part in (one.indicator.code, one.cells[cell]) if part)
                pair = figure_text(one.indicator, row), figure_text(one.indicator, said)
                if pair[0] != pair[1]:
                    found.append(Difference(label, *pair))
                comments = (row.comment if row else ""), said.comment
                if comments[0] != comments[1]:
                    found.append(Difference(_("%(label)s, comment") % {"label": label}, *comments))
        return found


def _readable(name, text):
    return str(ActivityStatus(text).label) if name == "status" and text else text


def _fieldset(form):
    line, indicator = form.line, form.indicator
    return Fieldset(
        form,
        line.last_total,
        line.last_round,
        figure_text(indicator, line.last_total),
        baseline_text(indicator),
        target_text(indicator, line.target),
    )


def _put_errors(error, progress_form, indicator_forms):
    """Puts what the operation refused to the boxes that it names."""
    forms = [*indicator_forms, *([progress_form] if progress_form else [])]
    named = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, words in named.items():
        owner = next((one for one in forms if name in one.fields), None)
        for text in words:
            (owner or forms[0]).add_error(name if owner else None, text)


class ActivityPage(DraftPage):
    """`/submissions/<pk>/activities/<code>/`"""

    @cached_property
    def place_in_list(self):
        for place, entry in enumerate(self.sheet.due_entries):
            if entry.activity.code == self.kwargs["acode"]:
                return place
        raise Http404

    @property
    def entry(self):
        return self.sheet.due_entries[self.place_in_list]

    @property
    def lines(self):
        return [line for line in self.entry.lines if line.is_due]

    @property
    def version(self):
        return self.entry.progress.version if self.entry.progress else 0

    @property
    def autosave_url(self):
        return reverse("submission_activity_autosave", args=[self.submission.pk, self.entry.activity.code])

    @property
    def next_url(self):
        """The next activity; after the last one the other indicators, where there are some."""
        following = self.sheet.due_entries[self.place_in_list + 1 :]
        if following:
            return reverse("submission_activity", args=[self.submission.pk, following[0].activity.code])
        return reverse("submission_indicators", args=[self.submission.pk]) if self.sheet.due_others else ""

    def progress_form(self, data):
        entry, budget = self.entry, self.entry.budget
        if data is not None:
            data = pressed(
                data, data.get("then", ""), entry.last_corrections, budget.to_take if budget else None
            )
        currencies = [currency for currency, _amount in entry.costed]
        currencies += [one.currency for one in budget.sums] if budget else []
        currencies.append(self.submission.round.plan.currency)
        return ProgressForm(entry.progress, data, spending=entry.spending, currencies=currencies)

    def save(self, progress_form, values):
        version = self.version_sent
        saved = save_activity(
            submission=self.submission,
            activity=self.entry.activity,
            by=self.request.user,
            at=self.now,
            version=int(version) if version.isdecimal() and len(version) < 10 else -1,
            progress=progress_form.told(),
            values=values,
            corrections=progress_form.told_corrections(),
            spending=progress_form.told_spending(),
        )
        return saved.version

    def contributions(self):
        """What the other leads of the activity tell of it, for its accountable lead."""
        if self.submission.is_part:
            return []
        parts = load_parts([self.submission])[self.submission.pk]
        return contributions(self.sheet, parts, self.entry.activity)

    def about(self):
        following = self.sheet.due_entries[self.place_in_list + 1 :]
        return {
            "activity": self.entry.activity,
            "entry": self.entry,
            "contributions": self.contributions(),
            "number": self.place_in_list + 1,
            "count": len(self.sheet.due_entries),
            "next_url": self.next_url,
            "next_code": following[0].activity.code if following else "",
        }


class IndicatorsPage(DraftPage):
    """`/submissions/<pk>/indicators/`: of goals and outputs, and of activities that others lead."""

    @property
    def lines(self):
        if not self.sheet.due_others:
            raise Http404
        return self.sheet.due_others

    @cached_property
    def version(self):
        return figures_version(row for line in self.lines for row in line.values.values())

    @property
    def autosave_url(self):
        return reverse("submission_indicators_autosave", args=[self.submission.pk])

    @property
    def next_url(self):
        return ""

    def save(self, progress_form, values):
        return save_indicators(
            submission=self.submission,
            by=self.request.user,
            at=self.now,
            version=self.version_sent,
            values=values,
        )

    def about(self):
        return {"activity": None, "next_url": "", "next_code": ""}
