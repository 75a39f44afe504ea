#!/usr/bin/env bash
# Builds and runs the service, with everything that is given here: ./build/run.sh [COMMAND] [--Section:Key=value …]
# Relative paths, those of files and folders too, begin at the folder of the repository, wherever it is called from.
source "$(dirname "$0")/prepare.sh"
need ffmpeg ffmpeg "for posters and for the sandbox's videos; without it there are none, and the sandbox plays a fixed clip" || true

export DOTNET_ENVIRONMENT="${DOTNET_ENVIRONMENT:-Development}"
dotnet build src/Api -c Release -v quiet --nologo >&2
exec dotnet src/Api/bin/Release/net10.0/VideoPlatform.Api.dll "$@"
