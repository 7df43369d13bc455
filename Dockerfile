# syntax=docker/dockerfile:1

# The full image has the compiler that better-sqlite3 needs where no prebuilt file can be had.
FROM node:22-bookworm AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
# What the bundle leaves to packages stays beside it; of better-sqlite3 only what is loaded.
RUN node scripts/build.mjs \
    && npm prune --omit=dev --no-audit --no-fund \
    && rm --recursive --force node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
        node_modules/better-sqlite3/build/Release/obj* node_modules/better-sqlite3/build/Release/*.a \
    && mkdir --parents /app /data \
    && cp --recursive dist package.json node_modules /app/ \
    && ln --symbolic /app/dist/main.js /usr/local/bin/datum-local

FROM node:22-bookworm-slim
LABEL org.opencontainers.image.title="datum-local" \
      org.opencontainers.image.description="A local Datum Cloud: control planes with the Kubernetes API in one process" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /app /app
COPY --from=build --chown=node:node /data /data
COPY --from=build /usr/local/bin/datum-local /usr/local/bin/datum-local
COPY LICENSE NOTICE /app/
# From outside of the container the server is reached through all of its addresses, not through its loopback.
ENV DATUM_LOCAL_STATE_DIR=/data \
    DATUM_LOCAL_LISTEN=0.0.0.0
USER node
VOLUME /data
EXPOSE 7443
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["datum-local", "health"]
ENTRYPOINT ["datum-local"]
CMD ["start"]
