"""docker-compose.yml, Dockerfile and .env.example say the same thing as the code. No engine is needed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "EMAIL_HOST_PASSWORD"}
SETTINGS_TEXT = (ROOT / "napwps/settings.py").read_text()


def example():
    """.env.example as {name: value}."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def variables():
    """The variables of docker-compose.yml: {name: the rest of its expression, such as `:?message`}."""
    return dict(re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", COMPOSE_TEXT))


def test_every_variable_is_in_the_example_and_the_other_way_round():
    assert set(variables()) == set(example())
    assert "$" not in re.sub(r"\$\$|\$\{\w+:[?-][^}]*\}", "", COMPOSE_TEXT)


def test_no_secret_has_a_default():
    for name, rest in variables().items():
        if name in SECRETS - {"EMAIL_HOST_PASSWORD"}:
            assert rest.startswith(":?"), name
    assert variables()["EMAIL_HOST_PASSWORD"] == ":-"  # a mail server may ask for none
    assert {name: example()[name] for name in SECRETS} == dict.fromkeys(SECRETS, "")


def test_what_has_a_default_has_the_same_one_in_the_example():
    for name, rest in variables().items():
        default = rest.removeprefix(":-") if rest.startswith(":-") else ""
        assert example()[name] == default, name


def test_settings_read_every_variable_that_compose_sets():
    for name in SERVICES["web"]["environment"]:
        assert f'"{name}"' in SETTINGS_TEXT, name


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SITE_URL"])
def test_settings_refuse_to_start_without_what_has_no_default(missing):
    environment = {name: value for name, value in os.environ.items() if name != missing}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert f"{missing} is not set." in done.stderr


def test_every_lasting_service_is_checked_restarted_and_waited_for():
    lasting = {name: service for name, service in SERVICES.items() if name != "migrate"}
    for name, service in lasting.items():
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name
    for name in ("web", "worker", "beat"):
        conditions = {other: wish["condition"] for other, wish in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "database": "service_healthy",
            "broker": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert SERVICES["migrate"]["restart"] == "no"


def test_what_is_kept_lies_in_named_volumes():
    used = {
        volume.split(":")[0]: volume.split(":")[1]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert set(used) == set(COMPOSE["volumes"])
    assert used["database"] == "/var/lib/postgresql"  # postgres:18 and later
    media = re.search(r"MEDIA_ROOT=(\S+)", DOCKERFILE).group(1)
    assert used["media"] == media
    assert [name for name, service in SERVICES.items() if f"media:{media}" in service.get("volumes", [])] == [
        "web",
        "worker",
    ]


def test_workers_everywhere_serve_every_queue():
    queues = {settings.CELERY_TASK_DEFAULT_QUEUE} | {
        route["queue"] for route in settings.CELERY_TASK_ROUTES.values()
    }
    command = SERVICES["worker"]["command"]
    assert set(command[command.index("--queues") + 1].split(",")) == queues
    demo = re.search(r'"--queues", "([\w,]+)"', (ROOT / "napwps/supervisor.py").read_text()).group(1)
    assert set(demo.split(",")) == queues


def test_image_holds_every_folder_that_the_code_is_in():
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, flags=re.MULTILINE))
    apps = {app for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()}
    others = {name for name in ("templates", "static", "locale") if (ROOT / name).is_dir()}
    assert copied == apps | others
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed >= copied | {"manage.py", "requirements.lock"}


def test_image_runs_as_an_ordinary_user_with_the_libraries_that_setup_installs():
    assert re.search(r"^USER (\w+)$", DOCKERFILE, flags=re.MULTILINE).group(1) != "root"
    libraries = set(
        re.findall(r'^    "([\w.-]+)": "lib', (ROOT / "bin/setup").read_text(), flags=re.MULTILINE)
    )
    assert len(libraries) == 3
    assert libraries <= set(DOCKERFILE.split())


def test_image_takes_out_only_packages_that_the_lock_has():
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE))
    removed = DOCKERFILE.split("uninstall --quiet --yes", 1)[1].split("COPY", 1)[0].replace("\\", " ").split()
    assert len(removed) > 5
    assert set(removed) <= locked
    kept = (ROOT / "requirements.in").read_text().split("# embedded services")[0]
    assert not {name for name in removed if re.search(rf"^{name}\b", kept, flags=re.MULTILINE)}


def test_web_server_takes_the_options_of_the_image():
    command = re.search(r"^CMD (\[.*?\])$", DOCKERFILE, flags=re.MULTILINE | re.DOTALL).group(1)
    words = yaml.safe_load(command.replace("\\\n", ""))
    done = subprocess.run(
        [sys.executable, "-m", *words, "--check-config"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
