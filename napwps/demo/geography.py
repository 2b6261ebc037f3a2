"""The municipalities of Timor-Leste with their people at the census of 2022 (DOMAIN.md, Geography, V), and what lies in them."""

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


#: Administrative posts by municipality (K): code and name. The codes are our own; people are not known here. Left out where
#: names or borders were changed lately and we are not sure.
POSTS = {
    "TL-AL": (("AI", "Aileu Vila"), ("LA", "Laulara"), ("LE", "Lequidoe"), ("RE", "Remexio")),
    "TL-AN": (("AI", "Ainaro"), ("HB", "Hatu-Builico"), ("HU", "Hato-Udo"), ("MA", "Maubisse")),
    "TL-AT": (("AT", "Ataúro"),),
    "TL-BA": (
        ("BG", "Baguia"), ("BA", "Baucau"), ("LA", "Laga"), ("QU", "Quelicai"), ("VM", "Vemasse"), ("VN", "Venilale"),
    ),
    "TL-BO": (
        ("AT", "Atabae"), ("BL", "Balibo"), ("BO", "Bobonaro"), ("CA", "Cailaco"), ("LO", "Lolotoe"), ("MA", "Maliana"),
    ),
    "TL-CO": (
        ("FL", "Fatululic"), ("FM", "Fatumean"), ("FO", "Fohorem"), ("MA", "Maucatar"), ("SU", "Suai"), ("TI", "Tilomar"),
        ("ZU", "Zumalai"),
    ),
    "TL-DI": (
        ("CR", "Cristo Rei"), ("DA", "Dom Aleixo"), ("ME", "Metinaro"), ("NF", "Nain Feto"), ("VC", "Vera Cruz"),
    ),
    "TL-ER": (("AT", "Atsabe"), ("ER", "Ermera"), ("HA", "Hatulia"), ("LE", "Letefoho"), ("RA", "Railaco")),
    "TL-LA": (("IL", "Iliomar"), ("LA", "Lautém"), ("LO", "Lospalos"), ("LU", "Luro"), ("TU", "Tutuala")),
    "TL-LI": (("BA", "Bazartete"), ("LI", "Liquiçá"), ("MA", "Maubara")),
    "TL-MT": (
        ("BA", "Barique"), ("LO", "Laclo"), ("LB", "Laclubar"), ("LE", "Laleia"), ("MA", "Manatuto"), ("SO", "Soibada"),
    ),
    "TL-MF": (("AL", "Alas"), ("FA", "Fatuberliu"), ("SA", "Same"), ("TU", "Turiscai")),
    "TL-OE": (("NI", "Nitibe"), ("OE", "Oesilo"), ("PM", "Pante Macassar"), ("PA", "Passabe")),
    "TL-VI": (("LA", "Lacluta"), ("OS", "Ossu"), ("UL", "Uatolari"), ("UC", "Uatucarbau"), ("VI", "Viqueque")),
}  # fmt: skip

#: Some sucos of Díli (K), by the code of their post; the codes are our own.
SUCOS = {
    "TL-DI-CR": (
        ("BEC", "Becora"), ("BID", "Bidau Santana"), ("CAM", "Camea"), ("CUL", "Culu Hun"), ("HER", "Hera"),
    ),
    "TL-DI-DA": (("BAI", "Bairro Pite"), ("COM", "Comoro"), ("FAT", "Fatuhada"), ("KAM", "Kampung Alor")),
    "TL-DI-NF": (("BEM", "Bemori"), ("LAO", "Lahane Oriental"), ("SAN", "Santa Cruz")),
    "TL-DI-VC": (
        ("CAI", "Caicoli"), ("COL", "Colmera"), ("DAR", "Dare"), ("LAH", "Lahane Ocidental"), ("MOT", "Motael"),
        ("VIL", "Vila Verde"),
    ),
}  # fmt: skip


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
    found = {place.code: place for place in Place.objects.bulk_create(places)}
    for kind, parts in ((PlaceKind.ADMINISTRATIVE_POST, POSTS), (PlaceKind.SUCO, SUCOS)):
        inside = [
            Place(country="TL", code=f"{around}-{code}", name=name, kind=kind, parent=found[around])
            for around, rows in parts.items()
            for code, name in rows
        ]
        found |= {place.code: place for place in Place.objects.bulk_create(inside)}
    return found
