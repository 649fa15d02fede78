"""A hash of all that the engine says and becomes over fixed streams, a line each: `python -m tests.unit.matching.printed STREAMS`.

Run as a process of its own, to see that nothing depends on the process.
"""

import hashlib
import sys

from matching.domain import state
from tests.unit.matching.streams import seeded
from tests.unit.matching.subject import Subject


def fingerprint(seed: int) -> str:
    subject, said = Subject(), hashlib.sha256()
    for command in seeded(seed):
        said.update(repr([tuple(map(str, words)) for words in subject.apply(command)]).encode())
    return f"{seed} {said.hexdigest()} {state.digest(subject.engine)}"


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        sys.stdout.write(fingerprint(number) + "\n")
