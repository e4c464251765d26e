# goodgate in a container. `docker build .` makes the service; `--target demo` the demo, with the servers that it breaks.
#
# For builds that can be repeated byte by byte, pin the base image by its digest:
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:… .
ARG NODE_IMAGE=node:24-bookworm-slim

# --- the compiler's work, and what it needs; none of it gets into an image
FROM ${NODE_IMAGE} AS build
WORKDIR /opt/goodgate
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY playground ./playground
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json

# --- what runs needs no more than this
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /opt/goodgate
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# --- the demo: a small real world, a local Slack and the bot, all as an ordinary user
FROM ${NODE_IMAGE} AS demo
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      curl iproute2 nginx openssh-client openssh-server openssl procps redis-server redis-tools supervisor \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10502 goodgate \
 && useradd --uid 10502 --gid 10502 --create-home --shell /bin/sh goodgate
WORKDIR /opt/goodgate
COPY --from=build /opt/goodgate/node_modules ./node_modules
COPY --from=build /opt/goodgate/dist ./dist
COPY playground/slack/page ./playground/slack/page
COPY package.json goodgate.schema.json ./
COPY bin ./bin
COPY playbooks ./playbooks
USER 10502:10502
ENTRYPOINT ["node", "/opt/goodgate/dist/playground/demo/main.js"]
STOPSIGNAL SIGTERM

# --- the service; the last stage is the one that `docker build` makes
FROM ${NODE_IMAGE} AS service
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="goodgate" \
      org.opencontainers.image.description="Names the root cause of a 502 Bad Gateway, with proof, in seconds" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# A number of its own: it is no user of the machine outside. Nothing that it runs belongs to it, so it can change none of it.
RUN groupadd --gid 10502 goodgate \
 && useradd --uid 10502 --gid 10502 --create-home --shell /usr/sbin/nologin goodgate
WORKDIR /opt/goodgate
COPY --from=dependencies /opt/goodgate/node_modules ./node_modules
COPY --from=build /opt/goodgate/dist/src ./dist/src
COPY package.json goodgate.schema.json goodgate.example.yaml LICENSE ./
COPY bin ./bin
COPY playbooks ./playbooks
# HOME stands here too, so that ~/.ssh is found where the container is started under another user's number.
ENV NODE_ENV=production \
    HOME=/home/goodgate \
    GOODGATE_HEALTH_URL=http://127.0.0.1:3502/healthz
USER 10502:10502
ENTRYPOINT ["node", "/opt/goodgate/bin/goodgate.js"]
CMD ["start"]
STOPSIGNAL SIGTERM
# The address is that of service.listen as the container itself sees it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.GOODGATE_HEALTH_URL, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
