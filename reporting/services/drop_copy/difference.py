"""What a comparison finds."""

from typing import NamedTuple


class Difference(NamedTuple):
    """A value that is not what the log says. `seq`: the account's record both are as of (0 where it is about no account)."""

    kind: str
    account: str
    subject: str
    field: str
    expected: str
    actual: str
    seq: int

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What it is about: the same break has the same name, whatever the values are."""
        return self.kind, self.account, self.subject, self.field

    @property
    def words(self) -> str:
        """As the desk is told it."""
        where = " ".join(word for word in (self.account, self.kind, self.subject) if word)
        return f"{where}: {self.field} is {self.actual}, the log says {self.expected} (at {self.seq})"
