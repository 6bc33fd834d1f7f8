export const BEGIN = '<<<TRUSTFLEET-FACTS-1';
export const END = 'TRUSTFLEET-FACTS-1>>>';

/**
 * Runs on Python 2.7 and 3.6 – 3.14. Imports nothing but the standard library and reads no file of its own. Everything is
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
except Exception as error:
    facts["error"] = text(repr(error))[:300]
import json
sys.stdout.write("\n@BEGIN@\n" + json.dumps(facts, sort_keys=True) + "\n@END@\n")
sys.stdout.flush()
`
  .replace('@BEGIN@', BEGIN)
  .replace('@END@', END);
