"""What gunicorn loads. The world's own threads start with the first import in the worker."""

from __future__ import annotations

import os

# Assigned, not defaulted: the product's settings may be in the environment of whoever starts us.
os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"

from django.core.wsgi import get_wsgi_application

from sandbox.running import start

application = get_wsgi_application()
start()
