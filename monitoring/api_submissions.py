"""Submissions over REST, with their comments and evidence: what the reader may open on the pages, and nothing else."""

import django_filters
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from frameworks.api_filters import CodesFilter
from frameworks.tidy import TidyDetailView, TidyListView
from monitoring.models import Comment, Evidence, Submission


class SubmissionRow(serializers.Serializer):
    """What one institution hands in for one round and pillar."""

    id = serializers.IntegerField()
    plan = serializers.CharField()
    round = serializers.CharField()
    pillar = serializers.CharField()
    institution = serializers.CharField(help_text="code")
    contributes_to = serializers.CharField(
        allow_null=True,
        help_text="code of the accountable lead whose activities this is a part of; null: its own",
    )
    state = serializers.CharField(help_text="draft, contributed, submitted, returned, accepted or endorsed")
    version = serializers.IntegerField(help_text="how often it was submitted")
    due_on = serializers.DateField(help_text="the deadline of this institution")
    submitted_at = serializers.DateTimeField(allow_null=True)
    first_submitted_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    endorsed_at = serializers.DateTimeField(allow_null=True)
    officer_name = serializers.CharField()
    officer_post = serializers.CharField()


class SubmissionFilter(django_filters.FilterSet):
    plan = CodesFilter(field_name="round__plan__code", lookup_expr="in", label=_("plan codes"))
    round = CodesFilter(field_name="round__label", lookup_expr="in", label=_("round names"))
    pillar = CodesFilter(field_name="pillar__code", lookup_expr="in", label=_("pillar codes"))
    institution = CodesFilter(field_name="institution__code", lookup_expr="in", label=_("institution codes"))
    state = CodesFilter(field_name="state", lookup_expr="in", label=_("states"))

    class Meta:
        model = Submission
        fields = []


class OfSubmissions:
    """What the list and the single row share."""

    serializer_class = SubmissionRow
    fields = {
        "id": "pk",
        "plan": "round__plan__code",
        "round": "round__label",
        "pillar": "pillar__code",
        "institution": "institution__code",
        "contributes_to": "accountable__code",
        "state": "state",
        "version": "cycle",
        "due_on": "deadline",
        "submitted_at": "submitted_at",
        "first_submitted_at": "first_submitted_at",
        "accepted_at": "accepted_at",
        "endorsed_at": "endorsed_at",
        "officer_name": "officer_name",
        "officer_post": "officer_post",
    }

    def get_queryset(self):
        return Submission.objects.visible_to(self.request.user).annotate(
            deadline=Coalesce("own_due_on", "round__due_on")
        )


@extend_schema(tags=["reporting"], summary="Submissions", responses=SubmissionRow(many=True))
class SubmissionList(OfSubmissions, TidyListView):
    """Submissions that you may open. Without a token there are none: what is published is in indicator-data."""

    filterset_class = SubmissionFilter


@extend_schema(tags=["reporting"], summary="One submission", responses=SubmissionRow)
class SubmissionDetail(OfSubmissions, TidyDetailView):
    """404 for one that you may not open, as for one that is not there."""


class CommentRow(serializers.Serializer):
    """A word on one line of a submission (an activity or an indicator), or on all of it."""

    id = serializers.IntegerField()
    submission = serializers.IntegerField(help_text="id")
    version = serializers.IntegerField(help_text="the version that it was said of")
    activity = serializers.CharField(allow_null=True, help_text="code")
    indicator = serializers.CharField(allow_null=True, help_text="code")
    answers = serializers.IntegerField(allow_null=True, help_text="id of the comment that it answers")
    kind = serializers.CharField(help_text="comment, evidence (asked for) or return (to be changed)")
    text = serializers.CharField()
    spoke_as = serializers.CharField()
    at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class OfSubmissionFilter(django_filters.FilterSet):
    plan = CodesFilter(field_name="submission__round__plan__code", lookup_expr="in", label=_("plan codes"))
    round = CodesFilter(field_name="submission__round__label", lookup_expr="in", label=_("round names"))
    submission = django_filters.NumberFilter(field_name="submission", label=_("id of a submission"))
    activity = CodesFilter(field_name="activity__code", lookup_expr="in", label=_("activity codes"))
    indicator = CodesFilter(field_name="indicator__code", lookup_expr="in", label=_("indicator codes"))


class OfComments:
    serializer_class = CommentRow
    fields = {
        "id": "pk",
        "submission": "submission",
        "version": "cycle",
        "activity": "activity__code",
        "indicator": "indicator__code",
        "answers": "parent",
        "kind": "kind",
        "text": "text",
        "spoke_as": "spoke_as",
        "at": "at",
        "settled_at": "settled_at",
    }

    def get_queryset(self):
        return Comment.objects.visible_to(self.request.user)


@extend_schema(tags=["reporting"], summary="Comments", responses=CommentRow(many=True))
class CommentList(OfComments, TidyListView):
    """Comments on the submissions that you may open."""

    filterset_class = OfSubmissionFilter


@extend_schema(tags=["reporting"], summary="One comment", responses=CommentRow)
class CommentDetail(OfComments, TidyDetailView):
    """404 for one on a submission that you may not open."""


class EvidenceRow(serializers.Serializer):
    """One file or link that a figure or the progress of an activity rests on."""

    id = serializers.UUIDField()
    submission = serializers.IntegerField(help_text="id")
    activity = serializers.CharField(allow_null=True, help_text="code")
    indicator = serializers.CharField(allow_null=True, help_text="code")
    title = serializers.CharField()
    link = serializers.CharField(help_text="address of a link; empty for a file")
    file_name = serializers.CharField(help_text="empty for a link")
    media_type = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="bytes")
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()
    download = serializers.CharField(help_text="path of the file on this site; empty for a link")


class OfEvidence:
    serializer_class = EvidenceRow
    fields = {
        "id": "public_id",
        "submission": "submission",
        "activity": "activity__code",
        "indicator": "indicator__code",
        "title": "title",
        "link": "url",
        "file_name": "file_name",
        "media_type": "media_type",
        "size": "size",
        "sha256": "sha256",
        "added_at": "added_at",
    }

    def get_queryset(self):
        return Evidence.objects.visible_to(self.request.user)

    def finish(self, rows):
        for row in rows:
            row["download"] = "" if row["link"] else reverse("evidence_file", args=[row["id"]])
        return rows


@extend_schema(tags=["reporting"], summary="Evidence", responses=EvidenceRow(many=True))
class EvidenceList(OfEvidence, TidyListView):
    """Evidence of the submissions that you may open."""

    filterset_class = OfSubmissionFilter


@extend_schema(tags=["reporting"], summary="One piece of evidence", responses=EvidenceRow)
class EvidenceDetail(OfEvidence, TidyDetailView):
    """404 for one of a submission that you may not open."""

    lookup = "public_id"
