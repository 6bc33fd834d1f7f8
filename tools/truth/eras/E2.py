"""3.0.13 - 3.0.18: `ca_certs` for calls."""
import urllib2

from .lib import httplib2, site

__version__ = "3.0.17"
FormPostHandler = site.FormPostHandler


class Shotgun(site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True, ca_certs=None):
        site.Site.__init__(self, base_url)
        self.__ca_certs = ca_certs

    def _get_connection(self):
        return httplib2.Http(ca_certs=self.__ca_certs)

    def _build_opener(self, handler):
        return urllib2.build_opener(handler)
