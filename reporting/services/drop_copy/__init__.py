"""The drop copy (RC30): the log read a second time, by a reader and an arithmetic of its own, and compared with the tables."""

from reporting.services.drop_copy.look import drop_copy_look

__all__ = ["drop_copy_look"]
