"""What the soaks share: which one is asked for, how often, and that the folder they work in goes whatever happens."""
import shutil
import sys


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
