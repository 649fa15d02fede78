"""What can be wrong with a record or its schema. Each names the field or the remedy."""


class SchemaError(Exception):
    """Base of everything the codec and the registry client raise on purpose. `code` is a word for metrics and dead letters."""

    code = "schema_error"


class Unencodable(SchemaError):
    """A message that must not be written: a wrong type, a word or number the domain does not know. Names the field."""

    code = "unencodable"


class Malformed(SchemaError):
    """Bytes that are no record of the topic: bad header, truncated, trailing bytes, nonsense lengths."""

    code = "malformed"


class Invalid(SchemaError):
    """A well-formed record with a value the domain does not know: an unknown word, a price or quantity that is not positive."""

    code = "invalid"


class UnknownSchema(SchemaError):
    """The registry has no schema of this id."""

    code = "unknown_schema"


class NotRegistered(SchemaError):
    """This version's schema is not registered under the topic's subject: run `manage.py schemas register`."""

    code = "not_registered"


class Incompatible(SchemaError):
    """The registry refuses the schema: it breaks readers or writers of an older version."""

    code = "incompatible"


class RegistryUnavailable(SchemaError):
    """The registry does not answer. Nothing is known about the schema; try again."""

    code = "registry_unavailable"
