"""Paths of a round's own dates: groups of institutions, and exceptions."""

from django.urls import path

from frameworks.views.round_groups import ExceptionEnd, ExceptionNew, GroupEdit, GroupNew, GroupRemove

urlpatterns = [
    path("plans/<str:code>/rounds/<str:label>/groups/new/", GroupNew.as_view(), name="round_group_new"),
    path(
        "plans/<str:code>/rounds/<str:label>/groups/<int:pk>/", GroupEdit.as_view(), name="round_group_edit"
    ),
    path(
        "plans/<str:code>/rounds/<str:label>/groups/<int:pk>/remove/",
        GroupRemove.as_view(),
        name="round_group_remove",
    ),
    path(
        "plans/<str:code>/rounds/<str:label>/exceptions/new/",
        ExceptionNew.as_view(),
        name="round_exception_new",
    ),
    path(
        "plans/<str:code>/rounds/<str:label>/exceptions/<int:pk>/end/",
        ExceptionEnd.as_view(),
        name="round_exception_end",
    ),
]
