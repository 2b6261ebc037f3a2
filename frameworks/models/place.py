"""Where results happen: municipality, administrative post, suco, aldeia."""

import pghistory
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PlaceKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    SPECIAL_REGION = "special_region", _("Special administrative region")
    ADMINISTRATIVE_POST = "administrative_post", _("Administrative post")
    SUCO = "suco", _("Suco")
    ALDEIA = "aldeia", _("Aldeia")


#: In which kinds a kind lies; those of the top lie in none.
HOLDS = {
    PlaceKind.MUNICIPALITY: (),
    PlaceKind.SPECIAL_REGION: (),
    PlaceKind.ADMINISTRATIVE_POST: (PlaceKind.MUNICIPALITY, PlaceKind.SPECIAL_REGION),
    PlaceKind.SUCO: (PlaceKind.ADMINISTRATIVE_POST,),
    PlaceKind.ALDEIA: (PlaceKind.SUCO,),
}
TOP_KINDS = tuple(kind for kind, around in HOLDS.items() if not around)
#: How many places lie around an aldeia.
DEEPEST = 3


def kinds_in(kind):
    """The kinds that lie directly in a place of that kind."""
    return tuple(one for one, around in HOLDS.items() if kind in around)


class PlaceQuerySet(models.QuerySet):
    def valid_on(self, day):
        """Those that exist on that day; one without dates always does."""
        return self.filter(
            models.Q(valid_from__isnull=True) | models.Q(valid_from__lte=day),
            models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=day),
        )

    def with_path(self):
        """Loads the places around each, for `above` and `path`."""
        return self.select_related("parent__parent__parent")

    def inside(self, place):
        """All places that lie in `place`, at any depth, without itself."""
        return self.filter(
            models.Q(parent=place) | models.Q(parent__parent=place) | models.Q(parent__parent__parent=place)
        )


@pghistory.track()
class Place(models.Model):
    """One place of a country's tree. `population` is a census count of people, with its year."""

    country = models.CharField(_("country"), max_length=2)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=24, choices=PlaceKind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(_("census year"), null=True, blank=True)

    # Sucos are divided and renamed: a place that is no more keeps its figures, and is not offered for later rounds.
    valid_from = models.DateField(_("exists since"), null=True, blank=True)
    valid_until = models.DateField(_("existed until"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["country", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "code"],
                name="place_code_unique",
                violation_error_message=_("Another place of this country has this code."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="place_dates_in_order",
                violation_error_message=_("A place cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("pk")),
                name="place_not_in_itself",
                violation_error_message=_("A place cannot lie in itself."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("place", args=[self.country, self.code])

    @property
    def above(self):
        """The places that it lies in, the nearest first. Needs `with_path()`."""
        found, one = [], self.parent
        while one is not None and len(found) < DEEPEST:
            found.append(one)
            one = one.parent
        return found

    @property
    def path(self):
        """Names from the municipality down to itself. Needs `with_path()`."""
        return [one.name for one in reversed(self.above)] + [self.name]

    def exists_on(self, day):
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or self.valid_until >= day
        )
