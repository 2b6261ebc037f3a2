"""One's own REST tokens."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from frameworks.forms.account import TokenForm
from frameworks.models import ApiToken
from frameworks.web import SignedInMixin


class Tokens(SignedInMixin, TemplateView):
    """One's own REST tokens. A new one is shown once, on the answer to the form, and never again."""

    template_name = "account/tokens.html"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", TokenForm())
        tokens = ApiToken.objects.filter(user=self.request.user)
        return super().get_context_data(tokens=tokens, now=timezone.now(), **kwargs)

    def post(self, request, *args, **kwargs):
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        days = form.cleaned_data["days"]
        _token, secret = ApiToken.objects.create(
            user=request.user, name=form.cleaned_data["name"], expiry=timedelta(days=days)
        )
        response = self.render_to_response(self.get_context_data(secret=secret))
        response["Cache-Control"] = "no-store"
        return response


class RevokeToken(SignedInMixin, View):
    """Ends one of one's own tokens at once."""

    http_method_names = ["post"]

    def post(self, request, key):
        token = get_object_or_404(ApiToken, user=request.user, token_key=key)
        token.delete()
        messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
        return redirect("tokens")
