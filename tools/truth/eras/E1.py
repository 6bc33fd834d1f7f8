"""3.0.8 - 3.0.11: the bundle for calls, Python's default store for forms; no argument, no variable."""
import urllib2

from .lib import httplib2, site

__version__ = "3.0.9"
FormPostHandler = site.FormPostHandler


class Shotgun(site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True):
        site.Site.__init__(self, base_url)

    def _get_connection(self):
        return httplib2.Http()

    def _build_opener(self, handler):
        return urllib2.build_opener(handler)
