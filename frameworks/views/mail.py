"""What is mailed to a person, and the way out of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from frameworks.forms.account import MailForm
from frameworks.letters import user_id_of
from frameworks.models import User
from frameworks.operations.mail import DIGEST_HOURS, set_digests
from frameworks.web import SignedInMixin


class MailSettings(SignedInMixin, TemplateView):
    """Whether one gets digests; what comes anyway is said beside it."""

    template_name = "account/mail.html"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", MailForm(initial={"wants_digests": self.request.user.wants_digests}))
        return super().get_context_data(digests_from=DIGEST_HOURS[0], **kwargs)

    def post(self, request):
        form = MailForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        set_digests(user=request.user, wanted=form.cleaned_data["wants_digests"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("mail_settings")


@method_decorator(csrf_exempt, name="dispatch")
class Unsubscribe(TemplateView):
    """The link in a digest. Opening it changes nothing (programs follow links); pressing the button does.

    A mail program posts to it by itself (RFC 8058) and has no form's token: the signature in the address is the proof.
    """

    template_name = "account/unsubscribe.html"
    http_method_names = ["get", "head", "post"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        pk = user_id_of(kwargs["token"])
        self.person = User.objects.filter(pk=pk).first() if pk is not None else None

    def dispatch(self, request, *args, **kwargs):
        if self.person is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)

    def post(self, request, token):
        by = request.user if request.user == self.person else None
        if request.POST.get("List-Unsubscribe") == "One-Click":
            set_digests(user=self.person, wanted=False, by=by)
            return HttpResponse(_("You get no more digests."), content_type="text/plain; charset=utf-8")
        set_digests(user=self.person, wanted=request.POST.get("wanted") == "1", by=by)
        return redirect("mail_unsubscribe", token)
