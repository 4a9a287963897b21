FROM python:3.11-slim-bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make >/dev/null && useradd -m newcomer
WORKDIR /home/newcomer/lookalike
COPY --chown=newcomer . .
RUN chown newcomer .
USER newcomer
