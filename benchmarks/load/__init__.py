"""Load on the running demo: one open-model profile against REST and the socket, with Locust."""
