# course-import as an image: `docker build --tag course-import .`, then
# docker run --rm --env-file course-import.env -v "$PWD/exports:/exports:ro" -v course-state:/state \
#     -v course-reports:/reports course-import import /exports --unattended
# The journal is in /state. Where that volume does not last, set COURSE_IMPORT_JOURNAL_URL=postgresql://…

FROM python:3.13.9-slim-trixie AS build
WORKDIR /src
RUN python -m venv /opt/course-import
COPY requirements-runtime.lock ./
RUN /opt/course-import/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements-runtime.lock
COPY LICENSE README.md pyproject.toml ./
COPY schemas schemas
COPY pipeline pipeline
RUN /opt/course-import/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .
# Only the build needed them.
RUN /opt/course-import/bin/python -m pip uninstall --quiet --yes setuptools pip

FROM python:3.13.9-slim-trixie
COPY --from=build /opt/course-import /opt/course-import
RUN mkdir /exports /reports /state && chown 10001:10001 /reports /state
# The lock on a target says whose it is: this user has a number only.
ENV PATH=/opt/course-import/bin:$PATH \
    USER=course-import \
    HOME=/state \
    COURSE_IMPORT_STATE_DIR=/state \
    COURSE_IMPORT_REPORT_DIR=/reports \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
VOLUME ["/reports", "/state"]
# Settings are also read from the current folder: one that no export can lie in.
WORKDIR /state
USER 10001:10001
ENTRYPOINT ["course-import"]
CMD ["--help"]
