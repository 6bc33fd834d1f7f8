"""3.0.21 - 3.0.35: httplib2 0.9.1 knows ca_certs_locater; uploads to S3 from 3.0.33, all of them with Python's default store."""
import os
import urllib2

from .lib import httplib2, site

__version__ = "3.0.33"
FormPostHandler = site.FormPostHandler


class Shotgun(site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True, ca_certs=None):
        site.Site.__init__(self, base_url)
        self.__ca_certs = os.environ.get("SHOTGUN_API_CACERTS") if ca_certs is None else ca_certs
        # It asks the site here even with connect=False (fixed in 3.0.36).
        self._call_rpc("info", None)

    def _get_connection(self):
        return httplib2.Http(ca_certs=self.__ca_certs)

    def _build_opener(self, handler):
        return urllib2.build_opener(handler)

    def _upload_data_to_storage(self, data, content_type, size, storage_url):
        return self._put(urllib2.build_opener(urllib2.HTTPHandler), data, content_type, size, storage_url)
