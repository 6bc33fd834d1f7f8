"""3.0.36 - 3.0.37: forms use argument and variable, uploads to S3 never do."""
import os
import urllib2

from .lib import httplib2, site, uploads

__version__ = "3.0.36"
FormPostHandler = site.FormPostHandler


class Shotgun(site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True, ca_certs=None):
        site.Site.__init__(self, base_url)
        self.__ca_certs = os.environ.get("SHOTGUN_API_CACERTS") if ca_certs is None else ca_certs

    def _get_connection(self):
        return httplib2.Http(ca_certs=self.__ca_certs)

    def _build_opener(self, handler):
        first = [uploads.CACertsHTTPSHandler(self.__ca_certs)] if self.__ca_certs else []
        return urllib2.build_opener(*(first + [handler]))

    def _upload_data_to_storage(self, data, content_type, size, storage_url):
        return self._put(urllib2.build_opener(urllib2.HTTPHandler), data, content_type, size, storage_url)
