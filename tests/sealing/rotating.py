"""The operator's side: `keys` commands, each in a process of its own that can be killed at once.

Run with avhopp.settings.migrator. Reads [step, lines]: runs the step in a child, and after so many lines
of its output sends SIGKILL; null lets it end. Answers with the exit status (negative: a signal) and output.
"""

import json
import os
import signal
import sys

import django

django.setup()

from django.core.management import CommandError, call_command  # noqa: E402


def child(step: str, output: int) -> None:
    with os.fdopen(output, "w", buffering=1) as stream:
        try:
            call_command("keys", step, batch=4, stdout=stream)
        except CommandError as error:
            stream.write(f"{error}\n")
            os._exit(1)
    os._exit(0)


def run(step: str, lines: int | None) -> dict[str, object]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        child(step, writing)
    os.close(writing)
    said = []
    with os.fdopen(reading) as stream:
        for line in stream:
            said.append(line.strip())
            if len(said) == lines:
                os.kill(pid, signal.SIGKILL)
                break
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "said": said}


for request in sys.stdin:
    print(json.dumps(run(*json.loads(request))), flush=True)  # noqa: T201
