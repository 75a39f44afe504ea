#!/usr/bin/env bash
# Builds everything without warnings and runs every suite. The last line is the total of all of them.
source "$(dirname "$0")/prepare.sh"
need ffmpeg ffmpeg "the suites that make and read real videos are skipped by name" || true
need chromium chromium "the browser suite is skipped by name" || true

dotnet build VideoPlatform.sln -c Release -v quiet --nologo

# A MongoDB for the contract suites: the given one, else Docker's (the suite starts it itself), else the stand-in, else they are skipped by name.
mongo_pid=
trap '[ -z "$mongo_pid" ] || kill "$mongo_pid" 2>/dev/null || true' EXIT
if [ -z "${VIDEOPLATFORM_TEST_MONGODB:-}" ] && ! docker info >/dev/null 2>&1 && [ -x build/mongo-standin.sh ]; then
    standin=$(mktemp)
    build/mongo-standin.sh >"$standin" 2>"$standin.log" & mongo_pid=$!
    for _ in $(seq 600); do
        grep -q '^mongodb://' "$standin" && break
        kill -0 "$mongo_pid" 2>/dev/null || break
        sleep 0.2
    done
    if url=$(grep -m1 '^mongodb://' "$standin"); then
        export VIDEOPLATFORM_TEST_MONGODB=$url
    else
        echo "No MongoDB for the contract suites:" >&2; tail -3 "$standin.log" >&2
    fi
fi

log=$(mktemp)
status=0
dotnet test --solution VideoPlatform.sln -c Release --no-build --no-progress --max-parallel-test-modules 1 "$@" 2>&1 | tee "$log" || status=$?

# The runner's own totals, over all suites.
total() { sed -nE "s/^ *$1: ([0-9]+).*/\1/p" "$log" | tail -n1; }
passed=$(total succeeded) failed=$(total failed) skipped=$(total skipped)
if [ -z "$passed" ] || [ "$((passed + ${failed:-0}))" = 0 ]; then
    echo "The test runner reported no totals." >&2
    exit 1
fi
echo "$passed passed, ${failed:-0} failed, ${skipped:-0} skipped"
[ "$status" = 0 ] && [ "${failed:-0}" = 0 ]
