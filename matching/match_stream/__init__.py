"""The engine alone, on lines of JSON: what `manage.py match_stream` reads, applies and writes. Needs no server; docs/match_stream.md."""
