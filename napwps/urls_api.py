"""The API's addresses. v1 stays as it is; what breaks it becomes v2."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from budgets.api import BudgetLineDetail, BudgetLineList
from budgets.api_summary import BudgetSummary
from frameworks.api import CrosswalkList, ExternalFrameworkList, IndicatorList, PlanList
from monitoring.api import IndicatorDataList
from monitoring.api_submissions import (
    CommentDetail,
    CommentList,
    EvidenceDetail,
    EvidenceList,
    SubmissionDetail,
    SubmissionList,
)

urlpatterns = [
    path("v1/plans/", PlanList.as_view(), name="api_plans"),
    path("v1/indicators/", IndicatorList.as_view(), name="api_indicators"),
    path("v1/external-frameworks/", ExternalFrameworkList.as_view(), name="api_external_frameworks"),
    path("v1/crosswalk/", CrosswalkList.as_view(), name="api_crosswalk"),
    path("v1/indicator-data/", IndicatorDataList.as_view(), name="api_indicator_data"),
    path("v1/budget-lines/", BudgetLineList.as_view(), name="api_budget_lines"),
    path("v1/budget-lines/<int:pk>/", BudgetLineDetail.as_view(), name="api_budget_line"),
    path("v1/budget-summary/", BudgetSummary.as_view(), name="api_budget_summary"),
    path("v1/submissions/", SubmissionList.as_view(), name="api_submissions"),
    path("v1/submissions/<int:pk>/", SubmissionDetail.as_view(), name="api_submission"),
    path("v1/comments/", CommentList.as_view(), name="api_comments"),
    path("v1/comments/<int:pk>/", CommentDetail.as_view(), name="api_comment"),
    path("v1/evidence/", EvidenceList.as_view(), name="api_evidence"),
    path("v1/evidence/<uuid:public_id>/", EvidenceDetail.as_view(), name="api_evidence_one"),
    path("v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api_schema"), name="api_docs"),
]
