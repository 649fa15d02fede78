"""The stream: `/ws/stream`, one socket for quotes, books, trades and an account's orders, executions and positions. See ADR 0007.

`consumer` reads the client's frames, `socket` keeps one client's subscriptions, `hub` fans out what arrives from Redis to the sockets of
this process, `channels` lists what can be subscribed to, `protocol` is uvicorn's socket with this stream's pings.
"""
