"""Failures a person can do something about: told in one line with the remedy, never as a traceback."""

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BUSY = 3


class StackError(Exception):
    """A foreseeable failure of the stack.

    `remedy` is what the reader can do about it; `exit_code` follows the project's commands (1 failed, 2 wrong
    usage, 3 busy); `log_tail` holds the last lines of the log that explains the failure, oldest first.
    """

    def __init__(self, message: str, *, remedy: str = "", exit_code: int = EXIT_FAILED, log_tail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.exit_code = exit_code
        self.log_tail = log_tail

    def __str__(self) -> str:
        """One line: what happened, then what to do."""
        return f"{self.message} -> {self.remedy}" if self.remedy else self.message


class PortTaken(StackError):
    """Another program listens on a port this stack needs."""


class AlreadyRunning(StackError):
    """The run directory belongs to a stack that is running (exit code 3)."""


class NotRunning(StackError):
    """The command needs a running stack and there is none."""
