# syntax=docker/dockerfile:1

# The full image has the compiler that better-sqlite3 needs where no prebuilt file can be had.
FROM node:22-bookworm AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
# The bundle holds everything but the native module: of its package, only what is loaded is taken along.
RUN node scripts/build.mjs \
    && mkdir --parents /app/node_modules/better-sqlite3/build/Release /data \
    && cp --recursive dist package.json /app/ \
    && cp --recursive node_modules/better-sqlite3/lib node_modules/better-sqlite3/package.json /app/node_modules/better-sqlite3/ \
    && cp node_modules/better-sqlite3/build/Release/better_sqlite3.node /app/node_modules/better-sqlite3/build/Release/ \
    && cp --recursive node_modules/bindings node_modules/file-uri-to-path /app/node_modules/ \
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
