# Build:  docker build -t meridian .
# Run:    docker run --env-file .env -p 3000:3000 -v meridian:/data meridian

FROM python:3.11-slim AS builder
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
    && /venv/bin/pip uninstall --yes pip

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data meridian
COPY --from=builder /venv /venv
# Zone data comes from the locked tzdata package, not from the image.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONTZPATH="" \
    DATABASE_URL=sqlite:////data/meridian.db
USER meridian
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('MERIDIAN_PORT', '3000') + '/healthz', timeout=3)"]
CMD ["meridian", "run"]
