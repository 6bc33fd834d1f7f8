/**
 * Ends with the agent: its end closes stdin, whatever killed it, and nothing goes on writing behind the back of the next start. `os.read`,
 * since a buffered reader cannot be waited for at the interpreter's end.
 */
const WATCH = `
import os, sys, threading
def watch():
    try:
        while os.read(0, 1): pass
    except OSError: pass
    os._exit(9)
t = threading.Thread(target=watch); t.daemon = True; t.start()
os.umask(18)
`;

/** `python -m pip`: files that every account can read, whatever the service's own umask is. */
export const PIP_SCRIPT = `${WATCH}
import runpy
sys.argv[0] = 'pip'
runpy.run_module('pip', run_name='__main__', alter_sys=True)
`;

/** What only this interpreter knows of itself: where its pip installs, and who else manages it. Prints one JSON behind the mark. */
export const LOOK_SCRIPT = `${WATCH}
import json
mark = sys.argv[1]
out = {'sites': [], 'pip': None, 'external': None}
try:
    import sysconfig
    paths = sysconfig.get_paths()
    out['sites'] = [paths.get(k) for k in ('purelib', 'platlib') if paths.get(k)]
    venv = hasattr(sys, 'real_prefix') or sys.prefix != getattr(sys, 'base_prefix', sys.prefix)
    note = os.path.join(paths['stdlib'], 'EXTERNALLY-MANAGED')
    if not venv and os.path.exists(note):
        with open(note) as f: out['external'] = f.read(4000)
except Exception as e:
    out['problem'] = str(e)[:300]
try:
    import pip
    out['pip'] = getattr(pip, '__version__', None)
except Exception as e:
    out['problem'] = str(e)[:300]
sys.stdout.write('\\n' + mark + json.dumps(out) + '\\n')
sys.stdout.flush()
os._exit(0)
`;

/** Imports the package as any program would, and says what came. */
export const IMPORT_SCRIPT = `${WATCH}
import json
mark, name = sys.argv[1], sys.argv[2]
out = {'version': None, 'file': None, 'error': None}
try:
    m = __import__(name)
    main = sys.modules.get(name + '.shotgun')
    out['version'] = getattr(m, '__version__', None) or getattr(main, '__version__', None)
    out['file'] = getattr(m, '__file__', None)
except BaseException as e:
    out['error'] = ('%s: %s' % (type(e).__name__, e))[:300]
sys.stdout.write('\\n' + mark + json.dumps(out) + '\\n')
sys.stdout.flush()
os._exit(0)
`;
