"""The direction of imports (DESIGN.md): frameworks ← budgets ← monitoring ← napwps, and inside an app a straight line."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("frameworks", "budgets", "monitoring", "napwps")
#: Inside an app: models → pure modules → operations → forms, filters, imports, exports → views, api, tasks.
#: What is not named here is a pure module.
RANKS = {
    "models": 0,
    "choices": 0,
    "terminology": 0,
    "operations": 2,
    "forms": 3,
    "filters": 3,
    "api_filters": 3,
    "imports": 3,
    "exports": 3,
    "reports": 3,
    "workbook": 3,
    "template": 3,
    "views": 4,
    "api": 4,
    "api_summary": 4,
    "tidy": 3,
    "documents": 3,
    "tasks": 4,
    "urls": 5,
    "urls_reports": 5,
    "urls_import": 5,
    "urls_crosswalk": 5,
    "urls_structure": 5,
    "urls_workbook": 5,
    "urls_dashboard": 5,
    "urls_calendar": 5,
    "urls_handover": 5,
    "urls_context": 5,
    "urls_coordination": 5,
    "urls_parts": 5,
    "urls_discussion": 5,
    "urls_story": 5,
    "urls_template": 5,
    "urls_mail": 5,
    "urls_reminders": 5,
    "urls_places": 5,
    "urls_evidence": 5,
    "urls_autosave": 5,
    "urls_costing": 5,
    "urls_operational": 5,
    "urls_annual": 5,
    "urls_sources": 5,
    "urls_compile": 5,
    "urls_money": 5,
    "urls_briefing": 5,
    "management": 4,
    "apps": 9,
    "migrations": 9,
}


def modules(app):
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def imported(tree, *, top_level_only=False):
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def rank_of(dotted):
    parts = dotted.split(".")
    return RANKS.get(parts[1], 1) if len(parts) > 1 else 1


@pytest.mark.parametrize("app", APPS)
def test_apps_import_only_downwards(app):
    allowed = set(APPS[: APPS.index(app) + 1])
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(app)
        for line, name in imported(ast.parse(path.read_text("utf-8")))
        if name.split(".")[0] in APPS and name.split(".")[0] not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS[:3])
def test_modules_of_an_app_import_only_downwards(app):
    wrong = []
    for path in modules(app):
        here = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for line, name in imported(ast.parse(path.read_text("utf-8")), top_level_only=True):
            if name.split(".")[0] == app and rank_of(name) > rank_of(here):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


def test_the_arithmetic_knows_no_database():
    for path in (ROOT / "monitoring" / "progress").glob("*.py"):
        names = {name.split(".")[0] for _line, name in imported(ast.parse(path.read_text("utf-8")))}
        assert "django" not in names, path


def test_the_test_can_fail():
    tree = ast.parse("from monitoring.models import Submission\nimport napwps.api\n")
    assert [name for _line, name in imported(tree)] == ["monitoring.models.Submission", "napwps.api"]
    assert rank_of("frameworks.views.plans") > rank_of("frameworks.models.plan")
