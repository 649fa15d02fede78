"""REST of orders and executions."""
