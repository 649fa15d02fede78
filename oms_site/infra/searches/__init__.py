"""Searches of admin lists that a person has given a name: filters, text and order, there again with one click."""
