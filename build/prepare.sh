#!/usr/bin/env bash
# What the scripts here need on a fresh Debian machine that has the .NET SDK. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

command -v dotnet >/dev/null || { echo "The .NET SDK 10 is missing: install it first (https://dot.net)." >&2; exit 2; }

# need COMMAND PACKAGE REASON: installs a Debian package when its command is missing, or says what is missing and goes on.
need() {
    command -v "$1" >/dev/null && return 0
    local sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
        echo "Installing $2 ($3) …" >&2
        [ -n "${APT_UPDATED:-}" ] || { "${sudo[@]}" apt-get update -qq >&2 || true; APT_UPDATED=1; }
        "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2 || true
    fi
    command -v "$1" >/dev/null || { echo "Missing: $1 (Debian package $2), $3." >&2; return 1; }
}
