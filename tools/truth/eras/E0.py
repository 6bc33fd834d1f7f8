"""3.0.2 - 3.0.7: one file, urllib2 for everything: Python's default store."""
import urllib2

import lab_site

__version__ = "3.0.7"
FormPostHandler = lab_site.FormPostHandler


class Default(object):
    def request(self, url, method="GET", body=None, headers=None):
        return {}, urllib2.urlopen(urllib2.Request(url, body, headers or {}), timeout=15).read()


class Shotgun(lab_site.Site):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True):
        lab_site.Site.__init__(self, base_url)

    def _get_connection(self):
        return Default()

    def _build_opener(self, handler):
        return urllib2.build_opener(handler)
