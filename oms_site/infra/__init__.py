"""What every app stands on and none owns: the bus, the audit log, supervision, realtime push, metrics, logs, REST rules."""
