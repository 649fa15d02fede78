"""Released schemas: none is missing, old data is read with the new schema and new data with the old one, fields agree with the classes."""

import io
import json
from dataclasses import asdict, fields, is_dataclass

import fastavro
import pytest

from schemas import enums
from schemas.codec import decode, encode, parse_foreign
from schemas.errors import Malformed, UnknownField
from schemas.messages import Quote
from schemas.topics import TOPICS
from schemas.versions import FOLDER, RECORDS, file_stem, latest, versions

EXAMPLES = {
    ("Quote", 1): bytes.fromhex("0649424d90fd01a0fd0102c80100000002510a"),
}


def written(version, values):
    """A body as a program of that version wrote it."""
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(dict(version.definition)), values)
    return stream.getvalue()


def example(version):
    """Values for every field of a version, by its type alone."""
    return values_of(version.definition)


def values_of(definition):
    values = {}
    for field in definition["fields"]:
        kind = field["type"][1] if isinstance(field["type"], list) else field["type"]
        if kind == "long":
            values[field["name"]] = 7
        elif kind == "string":
            values[field["name"]] = str(next(iter(getattr(enums, field["words"])))) if "words" in field else "text"
        elif kind == "boolean":
            values[field["name"]] = True
        elif kind["type"] == "map":
            values[field["name"]] = {"tick": 1 if kind["values"] == "long" else "word"}
        elif kind["type"] == "record":
            values[field["name"]] = values_of(kind)
        else:
            values[field["name"]] = [{"price": 1, "quantity": 2, "orders": 3}]
    return values


PAIRS = [(record, version) for record in RECORDS for version in versions(record)]


@pytest.mark.parametrize(("record", "version"), PAIRS, ids=lambda part: getattr(part, "__name__", getattr(part, "number", "")))
def test_data_of_every_version_is_read_into_the_newest(record, version):
    values = example(version)
    message = decode(record, written(version, values), version.number)
    for name, value in values.items():
        if not isinstance(value, list):
            found = getattr(message, name)
            assert (asdict(found) if is_dataclass(found) else found) == value


@pytest.mark.parametrize(("record", "version"), PAIRS, ids=lambda part: getattr(part, "__name__", getattr(part, "number", "")))
def test_data_of_the_newest_is_read_by_every_version(record, version):
    message = decode(record, written(latest(record), example(latest(record))))
    old = fastavro.parse_schema(dict(version.definition))
    values = fastavro.schemaless_reader(io.BytesIO(encode(message)), fastavro.parse_schema(dict(latest(record).definition)), old)
    assert values.keys() == {field["name"] for field in version.definition["fields"]}


def test_a_quote_of_the_first_version_has_no_source():
    body = EXAMPLES["Quote", 1]
    quote = decode(Quote, body, 1)
    assert (quote.symbol, quote.source) == ("IBM", "")


@pytest.mark.parametrize("record", RECORDS)
def test_fields_of_class_and_newest_schema_agree_in_name_order_and_optionality(record):
    defined = latest(record).definition["fields"]
    assert [field["name"] for field in defined] == [field.name for field in fields(record)]
    for avro, own in zip(defined, fields(record), strict=True):
        assert isinstance(avro["type"], list) == ("None" in str(own.type)), avro["name"]
        assert avro["doc"], avro["name"]


@pytest.mark.parametrize("record", RECORDS)
def test_a_field_added_later_has_a_default(record):
    known = {field["name"] for field in versions(record)[0].definition["fields"]}
    for version in versions(record)[1:]:
        added = [field for field in version.definition["fields"] if field["name"] not in known]
        assert all("default" in field for field in added)
        assert known <= {field["name"] for field in version.definition["fields"]}
        known |= {field["name"] for field in added}


def test_every_file_is_a_version_of_a_topics_record():
    wanted = {f"{file_stem(record)}.v{version.number}.avsc" for record, version in PAIRS}
    assert {path.name for path in FOLDER.iterdir()} == wanted
    assert {topic.record for topic in TOPICS} == set(RECORDS)


def test_prices_and_quantities_say_their_scale():
    for record in RECORDS:
        text = json.dumps(latest(record).definition)
        for name in ("price", "quantity", "bid", "ask"):
            if f'"name": "{name}"' in text:
                assert f'"name": "{name}", "type"' in text
                assert '"scale": 8' in text


def test_a_version_that_is_not_there_is_refused():
    with pytest.raises(UnknownField):
        decode(Quote, EXAMPLES["Quote", 1], 99)


@pytest.mark.parametrize("definition", [None, 5, {"type": "record"}, {"type": "nothing"}, {"type": "record", "name": "Quote", "fields": 1}])
def test_what_is_no_schema_is_malformed(definition):
    with pytest.raises(Malformed):
        parse_foreign(definition)
