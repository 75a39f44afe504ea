#!/usr/bin/env bash
# Measures the service beside its yardsticks (docs/performance.md): ./build/bench.sh [ROW …]. Prints the table and writes bench.json.
source "$(dirname "$0")/prepare.sh"
need nginx nginx-light "the yardstick of serving, and the sender of what is archived"
need wrk wrk "the load"
need curl curl "the yardstick of archiving"

dotnet build src/Api -c Release -v quiet --nologo >&2
dotnet build tests/Bench -c Release -v quiet --nologo >&2
export DOTNET_ENVIRONMENT=Production
exec dotnet tests/Bench/bin/Release/net10.0/VideoPlatform.Bench.dll "$@"
