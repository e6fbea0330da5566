"""`python -m avhopp.services COMMAND`: what the Makefile, the containers and `.ci/run` call."""

import argparse
import sys
from pathlib import Path

from avhopp.services import health, lifecycle, machine, suite
from avhopp.services.messages import ServiceProblem, explain, say
from avhopp.services.secrets import make_secrets
from avhopp.services.supervisor import Supervisor

HAND_ON = ("test", "bench")  # their further arguments are for pytest and Python


def main() -> int:
    """Runs one command; every problem is a sentence and exit code 1."""
    parser = _parser()
    arguments, rest = parser.parse_known_args()
    if rest and arguments.command not in HAND_ON:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    try:
        return _act(arguments, rest)
    except ServiceProblem as problem:
        say(str(problem))
    except OSError as error:
        say(explain(error))
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    return 1


def _act(arguments: argparse.Namespace, rest: list[str]) -> int:
    match arguments.command:
        case "run":
            Supervisor().run()
        case "test":
            return suite.run_alone("test", suite.python("-m", "pytest", *rest), durable=False)
        case "bench":
            return suite.run_alone("bench", suite.python(*rest), durable=True)
        case "need":
            machine.provide(arguments.purpose)
        case "health":
            return 0 if health.is_well(arguments.part) else 1
        case "make-secrets":
            made = make_secrets(arguments.folder.resolve())
            say(f"Made in {arguments.folder}: {', '.join(made) or 'nothing, all of them exist'}.")
        case "stop":
            if not lifecycle.stop():
                raise ServiceProblem("The servers are in use; stop what uses them.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m avhopp.services", description="The services around the system."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="everything, until Ctrl-C (make run)")
    for name, text in (
        ("test", "pytest with servers of its own (make test)"),
        ("bench", "a Python program with servers of its own (make bench)"),
    ):
        commands.add_parser(name, help=text)
    need = commands.add_parser("need", help="install or name what the machine lacks")
    need.add_argument("purpose", choices=["run", "test"])
    well = commands.add_parser("health", help="exit code 0 when a part is well")
    well.add_argument("part", choices=["web", "portal", "worker", "beat"])
    made = commands.add_parser("make-secrets", help="make the secret files that are missing in a folder")
    made.add_argument("folder", type=Path)
    commands.add_parser("stop", help="stop embedded servers that nobody uses")
    return parser


if __name__ == "__main__":
    sys.exit(main())
