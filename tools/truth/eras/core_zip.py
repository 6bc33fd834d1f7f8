"""tank_vendor of tk-core v0.23.7 and later: the API lies in requirements/<python>/pkgs.zip, its CA file is extracted beside it (shotgrid.md 2.5)."""
import os
import sys

CORE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REQUIREMENTS = os.path.join(CORE, "requirements", "%d.%d" % sys.version_info[:2])
CERTS = os.path.join(REQUIREMENTS, "certs", "shotgun_api3", "lib", "certifi", "cacert.pem")
ENV_IGNORED = False

sys.path.insert(0, os.path.join(REQUIREMENTS, "pkgs.zip"))

import shotgun_api3  # noqa: E402

sys.modules["tank_vendor.shotgun_api3"] = shotgun_api3


def _patch_shotgun_api3_certs():
    def extracted(cls, ca_certs=None):
        if ENV_IGNORED:
            return CERTS
        return ca_certs or os.environ.get("SHOTGUN_API_CACERTS") or CERTS

    shotgun_api3.shotgun.Shotgun._get_certs_file = classmethod(extracted)


_patch_shotgun_api3_certs()
