"""The institutions of the Timor-Leste plan (DOMAIN.md, "Institutions of the demo"), with the names they go by."""

from typing import NamedTuple

from frameworks.models import Institution, InstitutionAlias
from frameworks.models.people import InstitutionKind as Kind

CSO_GROUP = "CSOS"
SECRETARIAT = "DNPCC"


class Row(NamedTuple):
    code: str
    acronym: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()


INSTITUTIONS = (
    Row("MOI", "MOI", "Ministério do Interior", Kind.GOVERNMENT, ("MI", "Ministry of Interior")),
    Row(
        SECRETARIAT,
        "DNPCC",
        "Direcção Nacional de Prevenção de Conflitos Comunitários",
        Kind.GOVERNMENT,
        ("National Directorate for Prevention of Community Conflict",),
    ),
    Row(
        "SEI",
        "SEI",
        "Secretaria de Estado para a Igualdade",
        Kind.GOVERNMENT,
        ("Secretary of State for Equality",),
    ),
    Row(
        "MAE",
        "MAE",
        "Ministério da Administração Estatal",
        Kind.GOVERNMENT,
        ("Ministry of State Administration",),
    ),
    Row("MJ", "MJ", "Ministério da Justiça", Kind.GOVERNMENT, ("Ministry of Justice",)),
    Row("MD", "MD", "Ministério da Defesa", Kind.GOVERNMENT, ("Ministry of Defence",)),
    Row(
        "MSSI",
        "MSSI",
        "Ministério da Solidariedade Social e Inclusão",
        Kind.GOVERNMENT,
        ("Ministry of Social Solidarity and Inclusion",),
    ),
    Row(
        "MJDAC",
        "MJDAC",
        "Ministério da Juventude, Desporto, Arte e Cultura",
        Kind.GOVERNMENT,
        ("Ministry of Youth, Sport, Arts and Culture",),
    ),
    Row(
        "MNEC",
        "MNEC",
        "Ministério dos Negócios Estrangeiros e Cooperação",
        Kind.GOVERNMENT,
        ("Ministry of Foreign Affairs and Cooperation",),
    ),
    Row("ME", "ME", "Ministério da Educação", Kind.GOVERNMENT, ("Ministry of Education",)),
    Row("MS", "MS", "Ministério da Saúde", Kind.GOVERNMENT, ("Ministry of Health",)),
    Row(
        "GPM",
        "",
        "Gabinete do Primeiro-Ministro",
        Kind.GOVERNMENT,
        ("GPM", "Office of PM", "Office of the PM", "Office of the Prime Minister"),
    ),
    Row("MF", "MF", "Ministério das Finanças", Kind.GOVERNMENT, ("Ministry of Finance",)),
    Row("PNTL", "PNTL", "Polícia Nacional de Timor-Leste", Kind.SECURITY, ("National Police",)),
    Row("F-FDTL", "F-FDTL", "FALINTIL-Forças de Defesa de Timor-Leste", Kind.SECURITY, ("Defence Forces",)),
    Row("GMPTL", "GMPTL", "Grupo das Mulheres Parlamentares de Timor-Leste", Kind.PARLIAMENT),
    Row("ALOLA", "", "Fundasaun Alola", Kind.CSO, ("Fundasun Alola", "Alola Foundation")),
    Row("BA-FUTURU", "", "Ba Futuru", Kind.CSO),
    Row("BELUN", "", "Belun", Kind.CSO, ("NGO Belun",)),
    Row("APSCTL", "", "APSCTL", Kind.CSO),
    Row("CAUCUS", "Caucus", "Caucus Feto iha Polítika", Kind.CSO),
    Row("PATRIA", "", "Fundasaun Patria", Kind.CSO, ("Patria",)),
    Row("ACBIT", "ACbit", "Asosiasaun Chega! Ba Ita", Kind.CSO, ("ACBIT",)),
    Row("AJAR", "AJAR", "Asia Justice and Rights", Kind.CSO, ("Ajar",)),
    Row("CEPAD", "CEPAD", "Centre of Studies for Peace and Development", Kind.CSO),
    Row("HAK", "HAK", "Asosiasaun HAK", Kind.CSO),
    Row("ALFELA", "ALFELA", "Asisténsia Legál ba Feto no Labarik", Kind.CSO),
    Row("FOKUPERS", "Fokupers", "Forum Komunikasi untuk Perempuan Timor Loro Sa'e", Kind.CSO),
    Row("PRADET", "Pradet", "Psychosocial Recovery and Development in East Timor", Kind.CSO),
    Row("JSMP", "JSMP", "Judicial System Monitoring Programme", Kind.CSO),
    Row("UN-WOMEN", "", "UN Women", Kind.PARTNER),
    Row(CSO_GROUP, "CSOs", "Civil society organisations", Kind.GROUP, ("CSO", "NGOs")),
)


def load_institutions():
    """Creates the institutions with their aliases and the members of the group "CSOs"; returns them by code."""
    made = Institution.objects.bulk_create(
        Institution(
            code=row.code,
            acronym=row.acronym,
            name=row.name,
            kind=row.kind,
            country="" if row.kind == Kind.PARTNER else "TL",
        )
        for row in INSTITUTIONS
    )
    by_code = {institution.code: institution for institution in made}
    InstitutionAlias.objects.bulk_create(
        InstitutionAlias(institution=by_code[row.code], name=alias)
        for row in INSTITUTIONS
        for alias in row.aliases
    )
    by_code[SECRETARIAT].parent = by_code["MOI"]
    by_code[SECRETARIAT].save(update_fields=["parent"])
    by_code[CSO_GROUP].members.set(one for one in made if one.kind == Kind.CSO)
    return by_code
