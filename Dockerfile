# One image for setup, web, portal, worker and beat; docker-compose.yml chooses the script in bin/.
FROM python:3.12-slim-bookworm AS build
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes --requirement /tmp/requirements.txt

FROM python:3.12-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin avhopp
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AVHOPP_DATA=/var/lib/avhopp
# The secrets that collectstatic's settings ask for are made, and thrown away, in the same step.
RUN AVHOPP_SECRETS=/tmp/secrets bin/static \
    && rm -rf /tmp/secrets \
    && python -m compileall -q /app \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/avhopp/reports /var/lib/avhopp/beat
USER 10001:10001
EXPOSE 8000 8001
CMD ["bin/web"]
