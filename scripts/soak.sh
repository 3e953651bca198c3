#!/usr/bin/env bash
# Every long form, at the sizes of issue 8, one after another. `scripts/soak.sh` takes hours; `scripts/soak.sh 100` a hundredth of each size.
# Logs go to $SOAK_LOGS (default target/soak). Exit status 1: one of them failed, or its control was not found.
set -uo pipefail
cd "$(dirname "$0")/.."
part=${1:-1}
logs=${SOAK_LOGS:-target/soak}
mkdir -p "$logs"
failed=0

sized() { echo $(($1 / part > 0 ? $1 / part : 1)); }

soak() {
    local name=$1
    shift
    echo "== $name: $*"
    if nice -n 10 "$@" >"$logs/$name.log" 2>&1; then tail -n 3 "$logs/$name.log"; else
        tail -n 12 "$logs/$name.log"
        echo "FAILED: $name"
        failed=1
    fi
}

soak kills python3 scripts/soak.py kills "$(sized 5000)"
soak flips python3 scripts/soak.py flips "$(sized 10000)"
soak rekey python3 scripts/soak.py rekey "$(sized 200)"
soak migrate python3 scripts/soak.py migrate "$(sized 200)"
soak encrypt python3 scripts/soak.py encrypt "$(sized 200)"
soak steps python3 scripts/soak_steps.py kills "$(sized 200)"
soak words python3 scripts/soak.py words
soak power python3 scripts/soak_disk.py power "$(sized 20000)"
soak faults python3 scripts/soak_disk.py faults "$(sized 30)"
soak tamper python3 scripts/soak_audit.py tamper "$(sized 1000)"
soak healthy python3 scripts/soak_audit.py healthy "$(sized 1000)"
soak backup python3 scripts/soak_audit.py backup "$(sized 20)"
soak death python3 scripts/soak_audit.py death "$(sized 20)"
soak hostile python3 scripts/hostile.py "$(sized 900)"
soak users python3 scripts/two_users.py
soak screens cargo test --lib every_hostile_text_in_every_field -- --ignored --nocapture
for format in "" c-cda hl7 rtf csv jsonl fhir cleaner grammar checklist keys draft index; do
    # shellcheck disable=SC2086 # no format is no argument
    soak "fuzz${format:+-$format}" cargo run --release --quiet --manifest-path fuzz/Cargo.toml -- "$(sized 5000000)" 7 $format
done
exit $failed
