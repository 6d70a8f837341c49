# Build:  docker build -t meridian .
# Run:    docker run --env-file .env -p 3000:3000 -v meridian:/data \
#           --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges meridian

FROM python:3.11-slim-trixie AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.lock
RUN pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY bot bot
COPY handlers handlers
COPY jobs jobs
COPY storage storage
COPY migrations migrations
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
    && /venv/bin/pip install --no-deps /dist/*.whl \
    && /venv/bin/pip uninstall --yes pip \
    && /venv/bin/python -m compileall -q /venv/lib

FROM python:3.11-slim-trixie AS meridian
RUN useradd --system --uid 10001 --user-group --shell /usr/sbin/nologin \
        --create-home --home-dir /data meridian \
    && pip uninstall --yes --quiet --root-user-action=ignore pip
COPY --from=builder /venv /venv
# Zone data comes from the locked tzdata package, not from the image.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONTZPATH="" \
    DATABASE_URL=sqlite:////data/meridian.db
# By number: Kubernetes can't tell of a name that it isn't root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('MERIDIAN_PORT', '3000') + '/healthz', timeout=3)"]
CMD ["meridian", "run"]

# The same with pg_dump, pg_restore and psql of PostgreSQL 17:  docker build --target backup .
FROM meridian AS backup
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=10001 --group=10001 /backups
USER 10001:10001
VOLUME /backups
CMD ["meridian", "backup"]

# What is built when no target is named.
FROM meridian
