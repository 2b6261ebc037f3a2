"""The project's addresses, with the style guide, which is there in demo and debug only."""

from django.urls import path

from frameworks.styleguide import styleguide
from napwps.urls import urlpatterns as project

urlpatterns = [*(one for one in project if getattr(one, "name", "") != "styleguide")]
urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
