"""The web application as a server calls it."""

import gc
import os
import warnings

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ildsjel.settings")
# WhiteNoise hands out files as plain iterators, which Django reads whole: right for small files.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

application = get_asgi_application()

# All pages are loaded before the first visitor comes, and what stays for good is no longer looked
# through for garbage: that would hold up one page in thirty for as long as the page itself takes.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
