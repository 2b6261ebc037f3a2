"""Paths of mail: what a person wants, and unsubscribing."""

from django.urls import path

from frameworks.views.mail import MailSettings, Unsubscribe

urlpatterns = [
    path("account/mail/", MailSettings.as_view(), name="mail_settings"),
    path("account/mail/unsubscribe/<str:token>/", Unsubscribe.as_view(), name="mail_unsubscribe"),
]
