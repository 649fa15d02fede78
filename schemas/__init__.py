"""The ground floor: what travels on the wire. Enums, units, records, topics, the Avro codec and the registry client."""
