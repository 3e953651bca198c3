"""What the soaks share: which one is asked for, how often, that the folder they work in goes whatever happens, and what a person remembers."""
import os
import shutil
import sys


def forget(home):
    """Takes away what a person of this home remembers of logs: an older copy that a soak puts back on purpose is no rolled back one."""
    seen = os.path.join(home, ".local", "state", "lacuna", "seen")
    if os.path.exists(seen):
        os.remove(seen)


def main(jobs, times, usage, work):
    """Runs the job that the command line names; exits with 1 when something was lost or its control was not found."""
    job = jobs.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if job is None:
        raise SystemExit(usage)
    try:
        good = job(int(sys.argv[2]) if len(sys.argv) > 2 else times)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    raise SystemExit(0 if good else 1)
