"""What can be wrong with a record or with its schema. Each error has a `code`, which goes into a dead letter's headers."""


class CodecError(ValueError):
    """A message that cannot be written, or bytes that are no message. `field` names the one at fault, if it is one."""

    code = "codec_error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field


class WrongType(CodecError):
    """A value of another type than the schema's: a float or bool for a long, a float that is not a number, bytes for text."""

    code = "wrong_type"


class OutOfRange(CodecError):
    """A number beyond 64 bits or below what the field allows (zero or negative price or quantity), or an empty name."""

    code = "out_of_range"


class UnknownWord(CodecError):
    """A word that is none of the closed set."""

    code = "unknown_word"


class UnknownField(CodecError):
    """A record of another class than the codec knows, or with fields it does not have, or without fields it needs."""

    code = "unknown_field"


class BadHeader(CodecError):
    """Not 0x00 and a schema id of four bytes before the body."""

    code = "bad_header"


class EmptyRecord(BadHeader):
    """No value at all."""

    code = "empty_record"


class Malformed(CodecError):
    """Bytes that end too early, promise more than there is, or are no valid text."""

    code = "malformed"


class TrailingBytes(CodecError):
    """Bytes left after the last field."""

    code = "trailing_bytes"


class TooLarge(CodecError):
    """More bytes than a record may have."""

    code = "too_large"


class WrongRecord(CodecError):
    """A record of another kind than the topic carries, or under another key than its own."""

    code = "wrong_record"


class UnknownSchemaId(CodecError):
    """The registry does not know the id in the header, after being asked repeatedly."""

    code = "unknown_schema_id"


class RegistryError(Exception):
    """The registry refused."""


class RegistryUnavailable(RegistryError):
    """The registry does not answer, or says that it cannot now. Try again later; nothing is wrong with the record."""


class NotRegistered(RegistryError):
    """A schema this program writes with is not registered: run `manage.py schemas register`."""


class Incompatible(RegistryError):
    """The registry refuses the schema because readers or writers of another version would not understand it."""
