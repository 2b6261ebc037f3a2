"""One operational plan: its page, its steps through the one door, its note, and its lines made from its cost lines."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.forms.operational import NoteForm
from budgets.models import FundingSource, OperationalPlan
from budgets.operational import lines_from_costs, load_content, unfinished
from budgets.operational_steps import drafted_changes, handed_in_changes, timeline
from budgets.operations.operational import Unfinished, hand_in, make_lines
from budgets.operations.planning import plan_history, save_note
from budgets.states import OPERATIONAL_TRANSITIONS
from frameworks.forms.base import add_refusal
from frameworks.history import Stale, changes_of, last_change
from frameworks.permissions import Permission, has_permission, require_permission
from frameworks.web import PlanMixin
from frameworks.workflow import GateClosed, StateConflict, available_actions, transition

STEPS = {arrow.action: arrow for arrow in OPERATIONAL_TRANSITIONS}


class OperationalPlanMixin(PlanMixin):
    """Pages of one operational plan: 404 for whoever may not know of it, 403 for those who read it but do not write in it.

    editing: the page changes what the institution drafts; once it is handed in, one is sent to the plan itself.
    """

    writes = True
    editing = True

    def find(self):
        self.operational_plan = get_object_or_404(
            OperationalPlan.objects.visible_to(self.request.user).select_related(
                "plan", "institution__merged_into", "pillar", "submitted_by"
            ),
            plan=self.plan,
            pk=self.kwargs["opid"],
        )
        self.operational_plan.plan = self.plan
        self.is_own = has_permission(self.request.user, Permission.EDIT_BUDGET, self.operational_plan)
        if self.writes:
            require_permission(self.request.user, Permission.EDIT_BUDGET, self.operational_plan)
        return self.operational_plan

    def get(self, request, *args, **kwargs):
        operational_plan = self.find()
        if self.writes and self.editing and not operational_plan.is_editable:
            messages.warning(request, _("It is handed in and locked: take it back first."))
            return redirect(self.address)
        return self.show()

    @property
    def address(self):
        return reverse("operational_plan", args=[self.plan.code, self.operational_plan.pk])

    def page(self, status=200, **context):
        return self.render_to_response(self.get_context_data(**context), status=status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            operational_plan=self.operational_plan,
            is_own=self.is_own,
            back=self.address,
            list_url=f"{reverse('operational_plans', args=[self.plan.code])}?year={self.operational_plan.year}",
            **kwargs,
        )


class OperationalPlanPage(OperationalPlanMixin, TemplateView):
    """`/plans/<code>/operational-plans/<opid>/`"""

    writes = False
    template_name = "budgets/operational_plan.html"

    def show(self):
        return self.page()

    def get_context_data(self, **kwargs):
        one, user = self.operational_plan, self.request.user
        content = load_content(one, is_own=self.is_own)
        drafting = self.is_own and one.is_editable
        return super().get_context_data(
            content=content,
            drafting=drafting,
            unfinished=unfinished(content) if drafting else [],
            changed=drafted_changes(content)
            if drafting and one.submitted_at
            else handed_in_changes(one, content)
            if not one.is_editable
            else [],
            actions=available_actions(one, user),
            timeline=timeline(one),
            changes=changes_of(*plan_history(one), limit=30) if self.is_own else None,
            has_sources=FundingSource.objects.filter(plan=self.plan).exists() if drafting else True,
            may_manage=has_permission(user, Permission.MANAGE_BUDGETS, self.plan),
            **kwargs,
        )


class OperationalPlanStep(OperationalPlanPage):
    """One step through the one door, as the page's buttons ask for it."""

    http_method_names = ["post"]

    def post(self, request, code, opid, step):
        if step not in STEPS:
            raise Http404
        gone = self._gone_meanwhile()
        if gone is not None:
            return gone
        operational_plan = self.find()
        comment = request.POST.get("comment", "")
        asked = {"by": request.user, "at": timezone.now()}
        try:
            if step == "submit":
                hand_in(operational_plan=operational_plan, seen=request.POST.get("seen", ""), **asked)
            else:
                transition(subject=operational_plan, action=step, comment=comment, **asked)
        except Unfinished as error:
            return render(
                request,
                "budgets/operational_unfinished.html",
                self._around(sentences=error.sentences, seen=error.seen),
                status=422,
            )
        except StateConflict as error:
            context = {"message": str(error), "back_url": self.address, "typed": [comment] if comment else []}
            return render(request, "409.html", context, status=409)
        except GateClosed as error:
            return self.page(status=422, refused=error.problems)
        except ValidationError as error:
            return self.page(
                status=422, refused_step=step, step_error=" ".join(error.messages), typed=comment
            )
        messages.success(request, _said(operational_plan, step))
        readable = OperationalPlan.objects.visible_to(request.user).filter(pk=operational_plan.pk).exists()
        return redirect(self.address if readable else self._list_address())

    def _around(self, **context):
        return {
            "plan": self.plan,
            "operational_plan": self.operational_plan,
            "back": self.address,
            "list_url": self._list_address(),
            **context,
        }

    def _list_address(self):
        return f"{reverse('operational_plans', args=[self.plan.code])}?year={self.operational_plan.year}"

    def _gone_meanwhile(self):
        """The answer 409 to a co-lead from whom it was taken while they looked at it; None otherwise.

        It is no longer theirs to read, but "cannot be found" would be no answer to somebody who had just read it.
        """
        one = OperationalPlan.objects.filter(plan=self.plan, pk=self.kwargs["opid"]).select_related(
            "institution", "pillar", "plan"
        )
        found = one.filter(submitted_at__isnull=False).first()
        user = self.request.user
        if (
            found is None
            or not found.is_editable
            or not has_permission(user, Permission.PREPARE_ANNUAL_PLAN, found)
            or has_permission(user, Permission.EDIT_BUDGET, found)
        ):
            return None
        self.operational_plan = found
        comment = self.request.POST.get("comment", "").strip()
        context = {
            "message": _("%(institution)s is changing it again: it went back to it while you were looking.")
            % {"institution": found.institution},
            "back_url": self._list_address(),
            "typed": [comment] if comment else [],
        }
        return render(self.request, "409.html", context, status=409)


def _said(operational_plan, step):
    return {
        "submit": _("Handed in. Everybody inside the plan can read it now; it is locked."),
        "withdraw": _(
            "Taken back: you can change it again. What was proposed stands until you hand it in anew."
        ),
        "return": _("Returned. %(institution)s can change it again and sees your note."),
    }[step] % {"institution": operational_plan.institution}


class OperationalNote(OperationalPlanMixin, TemplateView):
    """What the working group should know of it."""

    template_name = "budgets/operational_note.html"

    def show(self):
        return self.page(form=NoteForm(instance=self.operational_plan))

    def post(self, request, *args, **kwargs):
        form = NoteForm(request.POST, instance=self.find())
        if form.is_valid():
            try:
                save_note(
                    operational_plan=self.operational_plan,
                    note=form.cleaned_data["note"],
                    version=form.cleaned_data["version"],
                    by=request.user,
                    at=timezone.now(),
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*plan_history(self.operational_plan)[:1]))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect(self.address)
        return self.page(form=form)


class OperationalLinesFromCosts(OperationalPlanMixin, TemplateView):
    """What making budget lines from the cost lines would change, and the button that does it."""

    template_name = "budgets/operational_lines_from_costs.html"

    def show(self, refused="", status=200):
        found = lines_from_costs(load_content(self.operational_plan, is_own=True))
        return self.page(status=status, found=found, refused=refused)

    def post(self, request, *args, **kwargs):
        self.find()
        try:
            number = make_lines(
                operational_plan=self.operational_plan,
                by=request.user,
                at=timezone.now(),
                seen=request.POST.get("seen", ""),
            )
        except ValidationError as error:
            return self.show(refused=" ".join(error.messages), status=422)
        messages.success(request, _("Budget lines written: %(number)s.") % {"number": number})
        return redirect(self.address)
