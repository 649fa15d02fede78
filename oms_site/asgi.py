"""One ASGI application for HTTP and sockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")

import django
from asgiref.sync import sync_to_async
from channels.routing import ProtocolTypeRouter
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

django.setup(set_prefix=False)

from oms_site.routing import websocket  # the apps must be loaded before their consumers are imported


class SynchronousHandler(ASGIHandler):
    """Django's, for middleware and views that are all synchronous: a request changes to a thread once, not for the view once more."""

    def load_middleware(self, is_async: bool = False) -> None:
        """The chain as WSGI has it."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The whole chain, in the request's thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


application = ProtocolTypeRouter({"http": SynchronousHandler(), "websocket": websocket})
