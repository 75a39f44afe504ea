#!/usr/bin/env bash
# A stand-in for MongoDB where neither a server nor Docker is to be had. It speaks the wire protocol, keeps everything in memory,
# has no transactions, no change streams and no unique secondary indexes, and is for tests only.
# Installs it once, starts it in the foreground, and prints the connection string as its first line:
#
#   build/mongo-standin.sh > standin.log &   # then: export VIDEOPLATFORM_TEST_MONGODB="$(head -n 1 standin.log)"
set -euo pipefail
cd "$(dirname "$0")/mongo-standin"
[ -d node_modules/@push.rocks/smartmongo ] || npm ci --ignore-scripts --no-audit --no-fund >&2
exec node server.mjs
