"""The words by which columns and things are known, as data: English, Portuguese, some Tetum. Add synonyms here.

Words are compared folded (`text.fold`: no accents, no capitals, no punctuation), so one spelling of each is enough.
"""

from django.utils.translation import gettext_lazy as _

# fmt: off

#: Levels of the results chain from the top. A column of one of these carries its text, and often its code.
LEVELS = ("pillar", "goal", "output", "activity", "indicator")

#: field → synonyms of its header. The longest synonym found in a header decides; then the order of this table.
#: "other" are columns that matrices often have and that are not imported.
HEADERS = {
    "other": (
        "target group", "target groups", "grupo alvo", "beneficiaries", "beneficiarios", "funding",
        "funding source", "source of funding", "sources of funding", "fonte de financiamento", "budget",
        "budget source", "cost", "costs", "orcamento", "custo", "custos", "remarks", "comments",
        "observacoes", "status", "progress", "assumptions", "pressupostos", "risks", "riscos",
    ),
    "baseline_year": ("baseline year", "year of baseline", "ano da linha de base", "ano de base", "ano base"),
    "baseline": ("baseline", "base line", "baseline value", "linha de base", "linha base", "valor de base", "lina baze", "baze", "ponto de partida", "valor base"),
    "target": (
        "target", "targets", "milestone", "milestones", "end target", "end line target", "meta", "metas", "metas finais", "meta final", "alvo", "alvos",
    ),
    "data_source": (
        "data source", "data sources", "source of data", "source", "sources", "fonte", "fontes",
        "fonte de dados", "fontes de dados", "fonte dadus", "fontes dadus",
    ),
    "means_of_verification": (
        "means of verification", "mov", "verification", "sources of verification", "source of verification",
        "meios de verificacao", "meio de verificacao", "meiu verifikasaun", "meius verifikasaun", "fonte de verificacao", "fontes de verificacao",
    ),
    "frequency": (
        "frequency", "frequency of reporting", "reporting frequency", "frequencia", "periodicidade", "frekuensia",
    ),
    "definition": ("definition", "indicator definition", "definicao", "definicao do indicador", "definisaun"),
    "unit": ("unit", "unit of measure", "unit of measurement", "unidade", "unidade de medida", "unidade medida"),
    "direction": ("direction", "direction of change", "direcao", "direccao", "sentido"),
    "type": ("type", "indicator type", "type of indicator", "tipo", "tipo de indicador"),
    "dimensions": (
        "disaggregation", "disaggregated by", "breakdown", "breakdowns", "dimension", "dimensions",
        "desagregacao", "desagregado por", "dezagregasaun", "desagregasaun", "desdobramento",
    ),
    "support": (
        "support", "supporting institution", "supporting institutions", "support institution", "partners",
        "partner", "supporting partners", "implementing partners", "instituicao de apoio",
        "instituicoes de apoio", "apoio", "parceiros", "parceiro", "entidades de apoio", "entidade de apoio", "apoiu",
        "instituisaun apoiu", "parseiru", "parseiru sira",
    ),
    "leads": (
        "lead institution", "lead institutions", "lead", "lead agency", "lead agencies",
        "responsible institution", "responsible institutions", "responsible", "responsible agency",
        "responsible ministry", "responsibility", "institution", "institutions", "instituicao responsavel",
        "instituicoes responsaveis", "instituicao lider", "instituicoes lideres", "entidade responsavel",
        "entidades responsaveis", "responsavel", "responsaveis", "instituisaun responsavel",
        "instituisaun lider", "instituisaun responsavel sira", "instituisaun", "instituisaun sira", "responsabilidade",
    ),
    "schedule": (
        "implementation year", "implementation years", "year", "years", "year of implementation", "timeframe",
        "time frame", "timeline", "schedule", "implementation period", "ano", "anos", "ano de implementacao",
        "anos de implementacao", "calendario", "cronograma", "prazo", "tinan", "tinan implementasaun", "kalendariu", "periodo de implementacao",
    ),
    "indicator": (
        "indicator", "indicators", "performance indicator", "performance indicators", "output indicator",
        "output indicators", "activity indicator", "activity indicators", "indicador", "indicadores",
        "indicadores de desempenho", "indicador de desempenho", "indikador", "indikadores", "indikador sira", "indicador do resultado",
        "indicadores do resultado",
    ),
    "activity": (
        "activity", "activities", "specific activity", "specific activities", "main activities",
        "key activities", "action", "actions", "action point", "action points", "actividade", "actividades",
        "atividade", "atividades", "actividades especificas", "atividades especificas", "accao", "accoes",
        "acao", "acoes", "atividade espesifika", "aktividade", "aktividade sira", "atividade sira", "asaun", "asaun sira",
        "medidas", "actividade especifica", "atividade especifica",
    ),
    "output": (
        "output", "outputs", "expected output", "expected outputs", "result", "results", "expected result",
        "expected results", "resultado", "resultados", "resultado esperado", "resultados esperados",
        "produto", "produtos", "rezultadu", "rezultadu sira", "resultadu", "resultadu sira", "produtu",
    ),
    "goal": (
        "goal", "goals", "strategic goal", "objective", "objectives", "strategic objective",
        "specific objective", "outcome", "outcomes", "objetivo", "objetivos", "objectivo", "objectivos",
        "objetivo estrategico", "objectivo estrategico", "objetivu", "objetivu sira", "objetivu estratejiku", "objetivo geral",
        "objectivo geral", "objetivo especifico", "objectivo especifico",
    ),
    "pillar": ("pillar", "pillars", "pilar", "pilares", "thematic area", "theme", "area tematica", "eixo", "eixos", "eixo estrategico", "area prioritaria"),
    "code": (
        "code", "no", "nr", "number", "ref", "reference", "codigo", "numero", "n", "num", "kodigu", "item",
    ),
}

#: Headers of a sheet of working groups.
GROUP_HEADERS = {
    "government_lead": (
        "government co lead", "government lead", "co lead government", "colider governo", "lider governo",
    ),
    "cso_lead": (
        "cso co lead", "cso lead", "ngo co lead", "ngo lead", "civil society co lead", "co lead cso",
        "colider osc", "colider sociedade civil",
    ),
    "leads": (
        "lead by", "led by", "lead", "leads", "co leads", "co lead", "lead institutions", "chair", "chairs",
        "chaired by", "liderado por", "lideres", "lider", "coordenado por", "lidera husi",
    ),
    "members": (
        "members", "member", "membership", "membros", "membro", "membru", "composition", "composicao",
    ),
    "group": (
        "working group", "working groups", "group", "pillar", "pilar", "grupo de trabalho",
        "grupos de trabalho", "grupo", "grupu servisu", "grupu traballu",
    ),
}

#: What the user calls each field, for messages and for the column-mapping step.
FIELD_LABELS = {
    "pillar": _("Pillar"),
    "goal": _("Goal"),
    "output": _("Output"),
    "activity": _("Activity"),
    "indicator": _("Indicator"),
    "code": _("Code"),
    "schedule": _("Implementation year"),
    "leads": _("Lead institution"),
    "support": _("Supporting institution"),
    "baseline": _("Baseline"),
    "baseline_year": _("Baseline year"),
    "target": _("Target"),
    "data_source": _("Data source"),
    "means_of_verification": _("Means of verification"),
    "frequency": _("Frequency"),
    "definition": _("Definition"),
    "unit": _("Unit"),
    "direction": _("Direction"),
    "type": _("Type"),
    "dimensions": _("Breakdown"),
    "group": _("Working group"),
    "members": _("Members"),
    "government_lead": _("Government co-lead"),
    "cso_lead": _("CSO co-lead"),
}

#: Words that stand between a level's name and "code" in a header ("Code of the output").
FILLERS = {"of", "the", "do", "da", "de", "and", "e"}
CODE_WORDS = set(HEADERS["code"])

#: Lines above or inside the table that name a thing: "Goal: …", "Pillar 1: …". field → first words.
LINE_LABELS = {
    "pillar": ("pillar", "pilar"),
    "goal": (
        "goal", "strategic goal", "objective", "strategic objective", "outcome", "objetivo", "objectivo",
        "objetivo estrategico",
    ),
    "output": ("output", "expected output", "resultado", "resultado esperado", "produto"),
}

#: A lone line that begins so, below the table, is a footnote.
FOOTNOTES = (
    "source", "sources", "note", "notes", "fonte", "fontes", "nota", "notas", "obs", "legend", "legenda",
)

#: Dimension name → words; a list of categories is that dimension when each of them holds one of the words.
DIMENSIONS = {
    "Sex": (
        "male", "males", "female", "females", "woman", "women", "man", "men", "girl", "girls", "boy", "boys",
        "mulher", "mulheres", "homem", "homens", "feto", "mane", "masculino", "feminino",
    ),
    "Position level": (
        "chief", "chiefs", "post", "posts", "municipality", "municipalities", "municipal", "suco", "aldeia",
        "minister", "director", "directors", "head", "president", "secretary", "adviser", "commander",
        "chefe", "xefe", "posto", "municipio", "diretor", "director general", "presidente", "ministro",
    ),
    "Age group": (
        "age", "aged", "youth", "young", "adult", "adults", "elderly", "children", "years", "jovens",
        "adultos", "idosos", "anos", "joven",
    ),
}
OTHER_DIMENSION = "Breakdown"

#: Groups of institutions, not institutions.
GROUPS_OF_INSTITUTIONS = (
    "csos", "cso", "ngos", "ongs", "osc", "oscs", "civil society", "civil society organisations",
    "civil society organizations", "organizacoes da sociedade civil", "sociedade civil", "line ministries",
    "all ministries", "all institutions", "ministerios", "development partners",
    "parceiros de desenvolvimento",
)

#: What stands before the list of civil society members of a working group.
NGO_WORDS = ("NGOs", "NGO", "CSOs", "CSO", "ONGs", "ONG", "OSCs", "OSC")

#: Words with which an institution's full name begins: "and" inside such a name does not split it.
INSTITUTION_STARTS = (
    "ministry", "ministerio", "ministeriu", "secretariat", "secretary", "secretaria", "department",
    "departamento", "directorate", "direcao", "diresaun", "office", "gabinete", "commission", "comissao",
    "komisaun", "institute", "instituto", "national", "council", "conselho", "association", "associacao",
    "asosiasaun", "agency", "agencia",
)
