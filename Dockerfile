# The whole site in one container, prepared by the same set-up as everywhere else.
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/pool
COPY pyproject.toml requirements.lock Makefile ./
COPY app app
COPY search search
COPY ingest ingest
COPY templates templates
ENV POOL_HOME=/srv/pool/var POOL_HOST=0.0.0.0 PIP_NO_CACHE_DIR=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
RUN make setup && useradd --system pool && chown -R pool var
USER pool
VOLUME /srv/pool/var
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=120s CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD [".venv/bin/pool", "demo"]
