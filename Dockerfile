# The command and the dashboard in one image; figures and history live in the volume /data.
#   docker build -t encours .
#   docker run --rm -v encours:/data -v "$PWD/extracts:/extracts:ro" encours refresh /extracts --as-of 2026-03-29
#   docker run --rm -v encours:/data -p 127.0.0.1:8501:8501 encours dashboard --address 0.0.0.0 --no-open
FROM python:3.11-slim

WORKDIR /encours
RUN python -m venv .venv
# Dependencies first: they change less often than the project.
COPY requirements.lock ./
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . .
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && useradd --create-home encours \
    && install -d -o encours /data

USER encours
ENV ENCOURS_HOME=/data PATH=/encours/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8501
ENTRYPOINT ["encours"]
CMD ["status"]
