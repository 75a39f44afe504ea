#!/usr/bin/env bash
# Builds everything without warnings and runs every suite: ./build/test.sh [OPTION of dotnet test …]
# The last line is the total of all of them, whatever happened; what failed beside the tests (the build, a suite that died) counts as a failure.
passed=0 failed=0 skipped=0 mongo_pid='' work=''
finish() {
    local status=$?
    [ -z "$mongo_pid" ] || kill "$mongo_pid" 2>/dev/null || true
    [ -z "$work" ] || rm -rf "$work"
    [ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
    [ "$status" != 0 ] || [ "$failed" = 0 ] || status=1
    echo "$passed passed, $failed failed, $skipped skipped"
    exit "$status"
}
trap finish EXIT

source "$(dirname "$0")/prepare.sh"
need ffmpeg ffmpeg "the suites that make and read real videos are skipped by name" || true
need chromium chromium "the browser suite is skipped by name" || true

dotnet build VideoPlatform.sln -c Release -v quiet --nologo

# A MongoDB for the contract suites: the given one, else Docker's (the suite starts it itself), else the stand-in, else they are skipped by name.
work=$(mktemp -d)
if [ -z "${VIDEOPLATFORM_TEST_MONGODB:-}" ] && ! docker info >/dev/null 2>&1; then
    need npm npm "it brings the stand-in for MongoDB" || true
    build/mongo-standin.sh >"$work/standin" 2>"$work/standin.log" & mongo_pid=$!
    for _ in $(seq 600); do
        grep -q '^mongodb://' "$work/standin" && break
        kill -0 "$mongo_pid" 2>/dev/null || break
        sleep 0.2
    done
    if url=$(grep -m1 '^mongodb://' "$work/standin"); then
        export VIDEOPLATFORM_TEST_MONGODB=$url
    else
        echo "No MongoDB for the contract suites:" >&2; tail -3 "$work/standin.log" >&2
    fi
fi

status=0
dotnet test --solution VideoPlatform.sln -c Release --no-build --no-progress --max-parallel-test-modules 1 "$@" 2>&1 | tee "$work/log" || status=$?

# The runner's own totals, over all suites. A suite that died is an "error" and in none of the other numbers.
total() { sed -nE "s/^ *$1: ([0-9]+).*/\1/p" "$work/log" | tail -n1; }
passed=$(total succeeded) failed=$(total failed) skipped=$(total skipped) died=$(total error)
passed=${passed:-0} failed=$((${failed:-0} + ${died:-0})) skipped=${skipped:-0}
# What failed is told once more at the end: what a suite printed may be long.
[ "$failed" = 0 ] || awk '/^failed / { on = 1; left = 12 } !/^(failed |  )/ { on = 0 } on && left-- > 0' "$work/log"
[ "$((passed + failed))" -gt 0 ] || { echo "The test runner reported no totals." >&2; exit 1; }
exit "$status"
