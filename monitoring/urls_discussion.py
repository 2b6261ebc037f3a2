"""Paths of comments, ratings, verification, notes of a return, and versions."""

from django.urls import path

from monitoring.views.discussion import (
    AnswerComment,
    NewComment,
    RateActivity,
    ReturnWithNotes,
    SettleComment,
    VerifyFigure,
    VersionPage,
)

urlpatterns = [
    path("submissions/<int:pk>/comments/", NewComment.as_view(), name="comment_new"),
    path(
        "submissions/<int:pk>/comments/<int:comment>/answer/", AnswerComment.as_view(), name="comment_answer"
    ),
    path(
        "submissions/<int:pk>/comments/<int:comment>/settle/", SettleComment.as_view(), name="comment_settle"
    ),
    path("submissions/<int:pk>/ratings/<int:activity>/", RateActivity.as_view(), name="submission_rate"),
    path(
        "submissions/<int:pk>/verifications/<int:indicator>/",
        VerifyFigure.as_view(),
        name="submission_verify",
    ),
    path("submissions/<int:pk>/return-with-notes/", ReturnWithNotes.as_view(), name="submission_return"),
    path("submissions/<int:pk>/versions/<int:cycle>/", VersionPage.as_view(), name="submission_version"),
]
