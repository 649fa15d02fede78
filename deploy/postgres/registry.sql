-- Run once by PostgreSQL's image on an empty volume: the schema registry has a database of its own.
CREATE DATABASE registry;
