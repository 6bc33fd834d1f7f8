export const BEGIN = '<<<TRUSTFLEET-FACTS-1';
export const END = 'TRUSTFLEET-FACTS-1>>>';

/**
 * Runs on Python 2.7 and 3.6 – 3.14. Imports nothing but the standard library and reads no file but the list of what is mapped
 * into it, for the TLS library that it has. Everything is
 * printed between sentinels, since start-up hooks print too (failures.md §8), and never as a traceback.
 */
export const FACTS_SCRIPT = String.raw`
import sys
def text(value):
    if value is None:
        return None
    if not isinstance(value, str):
        value = str(value)
    if sys.version_info[0] == 2:
        return value.decode("utf-8", "replace")
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
def security_level():
    # Before 3.10 a context does not tell; what OpenSSL was built with (Debian: 2) decides, and OpenSSL itself can be asked.
    try:
        import _ssl, ctypes
        library = ctypes.CDLL(_ssl.__file__)
        library.SSL_CTX_new.restype = library.TLS_client_method.restype = ctypes.c_void_p
        library.SSL_CTX_new.argtypes = [ctypes.c_void_p]
        library.SSL_CTX_get_security_level.argtypes = library.SSL_CTX_free.argtypes = [ctypes.c_void_p]
        made = library.SSL_CTX_new(library.TLS_client_method())
        if not made:
            return None
        level = library.SSL_CTX_get_security_level(made)
        library.SSL_CTX_free(made)
        return level
    except Exception:
        return None
facts = {}
try:
    import platform
    facts["version"] = text(platform.python_version())
    facts["implementation"] = text(platform.python_implementation())
    facts["prefix"] = text(sys.prefix)
    facts["path"] = [text(entry) for entry in sys.path if entry]
    try:
        import ssl
    except Exception as error:
        facts["sslError"] = text(repr(error))[:300]
        facts["ssl"] = {
            "importError": text(repr(error))[:300], "versionInfo": None, "libressl": False, "sni": False, "strict": False,
            "partialChain": False, "securityLevel": None, "contextClass": None, "httpsVerifies": False,
        }
    else:
        facts["openssl"] = text(getattr(ssl, "OPENSSL_VERSION", None))
        try:
            paths = ssl.get_default_verify_paths()
            facts["verifyPaths"] = {
                "cafile": text(paths.cafile),
                "capath": text(paths.capath),
                "opensslCafile": text(paths.openssl_cafile),
                "opensslCapath": text(paths.openssl_capath),
            }
        except Exception as error:
            facts["sslError"] = text(repr(error))[:300]
        said = {
            "importError": None,
            "versionInfo": list(getattr(ssl, "OPENSSL_VERSION_INFO", None) or ()) or None,
            "libressl": "LibreSSL" in (getattr(ssl, "OPENSSL_VERSION", None) or ""),
            "sni": bool(getattr(ssl, "HAS_SNI", False)),
            "strict": False, "partialChain": False, "securityLevel": None, "contextClass": None,
            "httpsVerifies": False,
        }
        facts["ssl"] = said
        try:
            # What urllib opens https with: PYTHONHTTPSVERIFY=0 and many a hook put _create_unverified_context there.
            opens = getattr(ssl, "_create_default_https_context", None)
            said["httpsVerifies"] = opens is not None and opens is not getattr(ssl, "_create_unverified_context", None)
            made = getattr(ssl, "SSLContext", None)
            said["contextClass"] = made and text("%s.%s" % (made.__module__, made.__name__))[:300]
            context = ssl.create_default_context()
            flags = int(getattr(context, "verify_flags", 0))
            said["strict"] = bool(flags & 0x20)
            said["partialChain"] = bool(flags & 0x80000)
            level = getattr(context, "security_level", None)
            if level is None:
                level = security_level()
            said["securityLevel"] = level if isinstance(level, int) and 0 <= level <= 5 else None
            said["contextClass"] = text("%s.%s" % (type(context).__module__, type(context).__name__))[:300]
        except Exception as error:
            facts["contextError"] = text(repr(error))[:300]
        try:
            import io
            with io.open("/proc/self/maps", "r", encoding="utf-8", errors="replace") as maps:
                mapped = set(line.split(None, 5)[5].strip() for line in maps if line.count("/") > 0)
            facts["libraries"] = sorted(text(one) for one in mapped if "ssl" in one or "libcrypto" in one)[:20]
        except Exception:
            facts["libraries"] = []
except Exception as error:
    facts["error"] = text(repr(error))[:300]
import json
sys.stdout.write("\n@BEGIN@\n" + json.dumps(facts, sort_keys=True) + "\n@END@\n")
sys.stdout.flush()
`
  .replace('@BEGIN@', BEGIN)
  .replace('@END@', END);
