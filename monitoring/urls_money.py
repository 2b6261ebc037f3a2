from django.urls import path

from monitoring.views.money import MoneyAndResults, MoneyAndResultsFile

urlpatterns = [
    path("plans/<str:code>/money-and-results/", MoneyAndResults.as_view(), name="money_and_results"),
    path(
        "plans/<str:code>/money-and-results.csv",
        MoneyAndResultsFile.as_view(),
        name="money_and_results_file",
    ),
]
