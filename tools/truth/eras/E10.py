"""3.9.0 and later: uploads by create_default_context(cafile=...): name sent and checked, strict on 3.13."""
import os
import ssl
import urllib.request

from .lib import certifi, httplib2, site

__version__ = "3.10.0"
FormPostHandler = site.FormPostHandler


class Shotgun(site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True, ca_certs=None):
        site.Site.__init__(self, base_url)
        self.__ca_certs = self._get_certs_file(ca_certs)

    @classmethod
    def _get_certs_file(cls, ca_certs):
        if ca_certs is not None:
            return ca_certs
        if "SHOTGUN_API_CACERTS" in os.environ:
            return os.environ["SHOTGUN_API_CACERTS"]
        return certifi.where()

    def _get_connection(self):
        return httplib2.Http(ca_certs=self.__ca_certs)

    def _build_opener(self, handler):
        handlers = [handler]
        if self.__ca_certs:
            context = ssl.create_default_context(cafile=self.__ca_certs)
            handlers.insert(0, urllib.request.HTTPSHandler(context=context))
        return urllib.request.build_opener(*handlers)

    def _upload_data_to_storage(self, data, content_type, size, storage_url):
        opener = self._build_opener(urllib.request.HTTPHandler)
        return self._put(opener, data, content_type, size, storage_url)
