"""What the log must not hold."""


class LifecycleError(Exception):
    """The log holds a step that cannot be: the reader must halt, nothing has changed."""


class StepIllegal(LifecycleError):
    """The order's status does not allow the step."""


class FillMismatch(LifecycleError):
    """Quantities of a report do not follow from those before it."""


class OrderUnseen(LifecycleError):
    """A step, a fill for example, of an order that nobody has entered."""
