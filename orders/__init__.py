"""Order intake, life cycle and executions."""
