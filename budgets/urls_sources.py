from django.urls import path

from budgets.views.gender import (
    GenderBudgetEdit,
    GenderBudgetFile,
    GenderBudgetOfInstitution,
    GenderBudgets,
)
from budgets.views.rates import ExchangeRates, RateDelete, RateEdit, RateNew
from budgets.views.sources import (
    FundingSources,
    RulesEdit,
    RulesPage,
    SourceDelete,
    SourceEdit,
    SourceNew,
    SourcePage,
    SourceRestore,
    SourceRetire,
)

SOURCES = "plans/<str:code>/funding-sources/"
RATES = "plans/<str:code>/exchange-rates/"
GENDER = "plans/<str:code>/gender-budget/"

urlpatterns = [
    path(SOURCES, FundingSources.as_view(), name="funding_sources"),
    path(f"{SOURCES}new/", SourceNew.as_view(), name="funding_source_new"),
    path(f"{SOURCES}<str:scode>/", SourcePage.as_view(), name="funding_source"),
    path(f"{SOURCES}<str:scode>/edit/", SourceEdit.as_view(), name="funding_source_edit"),
    path(f"{SOURCES}<str:scode>/retire/", SourceRetire.as_view(), name="funding_source_retire"),
    path(f"{SOURCES}<str:scode>/restore/", SourceRestore.as_view(), name="funding_source_restore"),
    path(f"{SOURCES}<str:scode>/delete/", SourceDelete.as_view(), name="funding_source_delete"),
    path(RATES, ExchangeRates.as_view(), name="exchange_rates"),
    path(f"{RATES}new/", RateNew.as_view(), name="exchange_rate_new"),
    path(f"{RATES}<int:pk>/edit/", RateEdit.as_view(), name="exchange_rate_edit"),
    path(f"{RATES}<int:pk>/delete/", RateDelete.as_view(), name="exchange_rate_delete"),
    path("plans/<str:code>/budget-rules/", RulesPage.as_view(), name="budget_rules"),
    path("plans/<str:code>/budget-rules/edit/", RulesEdit.as_view(), name="budget_rules_edit"),
    path(GENDER, GenderBudgets.as_view(), name="gender_budget"),
    path("plans/<str:code>/gender-budget.csv", GenderBudgetFile.as_view(), name="gender_budget_file"),
    path(
        f"{GENDER}<str:institution>/", GenderBudgetOfInstitution.as_view(), name="gender_budget_institution"
    ),
    path(f"{GENDER}<str:institution>/<int:year>/", GenderBudgetEdit.as_view(), name="gender_budget_edit"),
]
