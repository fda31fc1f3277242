# The site, its worker and its commands in one image: `docker run -p 8000:8000 yuegonghui:0.1.0`
# serves the demonstration; docker-compose.yml runs the whole.
FROM python:3.12.12-slim-bookworm AS build
# On PyTorch's own index are builds for processors alone, some gigabytes smaller than those for
# graphics cards: --build-arg PIP_EXTRA_INDEX_URL=…
ARG PIP_INDEX_URL PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 POOL_HOME=/srv/pool
WORKDIR /srv/pool
COPY pyproject.toml requirements.lock ./
COPY app app
COPY search search
COPY ingest ingest
COPY templates templates
RUN python -m app.setup && python -m compileall -q .venv app search ingest && rm setup.log

FROM python:3.12.12-slim-bookworm
RUN groupadd --gid 10001 pool \
    && useradd --uid 10001 --gid pool --home-dir /var/lib/pool --no-create-home pool \
    && install --directory --owner=pool --group=pool /var/lib/pool
COPY --from=build /srv/pool /srv/pool
WORKDIR /srv/pool
# Threads inside one query cost more than they bring; see README, "Decisions".
ENV PATH=/srv/pool/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 HF_HOME=/var/lib/pool/huggingface \
    POOL_HOME=/var/lib/pool POOL_EMBEDDING_MODEL=/srv/pool/models/e5-small POOL_HOST=0.0.0.0
USER 10001:10001
# All that it writes, besides /tmp: the embedded database and index, what people sent, vectors,
# figures.
VOLUME /var/lib/pool
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["pool", "demo"]
