"""One ASGI application for HTTP and sockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

http = get_asgi_application()

from oms_site.routing import websocket  # the apps must be loaded before their consumers are imported

application = ProtocolTypeRouter({"http": http, "websocket": websocket})
