# Parley in a container: built with hashed locks, runs as nobody in particular on a read-only file system.
# What it writes is below /tmp (a tmpfs) and /app/var/media (a volume, unless files go elsewhere).

FROM python:3.11-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install uv
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN uv venv /venv && uv pip sync --no-cache --require-hashes --python /venv/bin/python requirements/run.txt
COPY manage.py pyproject.toml LICENSE ./
COPY config config
COPY accounts accounts
COPY presence presence
COPY chat chat
COPY templates templates
COPY static static
# Settings that collecting files asks for and nothing else uses.
RUN SECRET_KEY=only-while-static-files-are-collected-here JWT_SIGNING_KEY=only-while-static-files-are-collected \
    ALLOWED_HOSTS=localhost DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /venv/bin/python -m compileall -q config accounts presence chat && mkdir -p var/media

FROM python:3.11-slim-trixie
# pg_dump and pg_restore, for `manage.py backup` and `restore`.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin parley
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN chown parley:parley /app/var/media
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BIND=0.0.0.0:8000 LOG_FORMAT=json
USER 10001:10001
EXPOSE 8000
VOLUME /app/var/media
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/venv/bin/python", "-m", "config.alive"]
ENTRYPOINT ["/venv/bin/python", "manage.py"]
CMD ["serve"]
