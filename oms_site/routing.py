"""The addresses of sockets."""

from channels.routing import URLRouter
from django.urls import path, re_path

from oms_site.stream.consumer import StreamConsumer
from oms_site.stream.handshake import refuse

websocket = URLRouter(
    [
        path("ws/stream", StreamConsumer.as_asgi()),
        re_path(r"", refuse),  # type: ignore[arg-type] # an ASGI application, which Django's stubs do not know of
    ]
)
