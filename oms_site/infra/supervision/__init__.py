"""Which workers should run, who runs them, and the task that runs one."""
