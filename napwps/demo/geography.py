"""The municipalities of Timor-Leste with their people at the census of 2022 (DOMAIN.md, Geography, V)."""

from frameworks.models import Place
from frameworks.models.place import PlaceKind

CENSUS_YEAR = 2022
SPECIAL_REGION = "TL-OE"

#: Code, name, people. Codes are those of ISO 3166-2; Ataúro, a municipality since 2022, has one of our own.
MUNICIPALITIES = (
    ("TL-AL", "Aileu", 54_324),
    ("TL-AN", "Ainaro", 73_115),
    ("TL-AT", "Ataúro", 10_295),
    ("TL-BA", "Baucau", 134_878),
    ("TL-BO", "Bobonaro", 106_639),
    ("TL-CO", "Covalima", 73_933),
    ("TL-DI", "Díli", 324_738),
    ("TL-ER", "Ermera", 137_750),
    ("TL-LA", "Lautém", 70_022),
    ("TL-LI", "Liquiçá", 83_658),
    ("TL-MT", "Manatuto", 50_859),
    ("TL-MF", "Manufahi", 60_665),
    # Often printed as 60,685. Only with 80,685 do the fourteen add up to the published national total of 1,341,737.
    ("TL-OE", "Oé-Cusse Ambeno", 80_685),
    ("TL-VI", "Viqueque", 80_176),
)


def load_places():
    """Creates the places; returns them by code."""
    places = [
        Place(
            country="TL",
            code=code,
            name=name,
            kind=PlaceKind.SPECIAL_REGION if code == SPECIAL_REGION else PlaceKind.MUNICIPALITY,
            population=people,
            population_year=CENSUS_YEAR,
        )
        for code, name, people in MUNICIPALITIES
    ]
    return {place.code: place for place in Place.objects.bulk_create(places)}
