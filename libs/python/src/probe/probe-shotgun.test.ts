import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProbeLab, type ProbeLab } from '../testing/probe-lab.ts';
import { realInterpreters } from '../testing/pythons.ts';
import type { ProbeResult } from './types.ts';

/** Of the shape of shotgun_api3, with a CA file of its own for each path. The real ones shake hands in tools/truth. */
const api = (how: { early?: boolean; upload: 'own' | 'opener' | 'none' }): string => `
import os, ssl
try:
    import urllib.request as urllib_request, http.client as http_client
    from urllib.parse import urlsplit
except ImportError:
    import urllib2 as urllib_request, httplib as http_client
    from urlparse import urlsplit

class FormPostHandler(urllib_request.BaseHandler):
    pass

class Config(object):
    max_rpc_attempts = 3
    timeout_secs = None

class Shotgun(object):
    def __init__(self, base_url, script_name=None, api_key=None, connect=True):
        self.config = Config()
        self.base_url = base_url
        ${how.early === true ? "self._call_rpc('info', None)" : 'pass'}
    def _call_rpc(self, method, params):
        for attempt in range(self.config.max_rpc_attempts):
            try:
                context = ssl.create_default_context(cafile=os.environ["SHOTGUN_API_CACERTS"])
                parts = urlsplit(self.base_url)
                http_client.HTTPSConnection(parts.hostname, parts.port, context=context).request("POST", "/api3/json", b"secret")
            except Exception:
                if attempt == self.config.max_rpc_attempts - 1:
                    raise
    def find_one(self, entity_type, filters):
        return self._call_rpc("read", filters)
    def _build_opener(self, handler):
        context = ssl.create_default_context(cafile=os.environ["FORM_CACERTS"])
        return urllib_request.build_opener(urllib_request.HTTPSHandler(context=context), handler)
${
  how.upload === 'none'
    ? ''
    : `    def _upload_data_to_storage(self, data, content_type, size, url):
        return ${how.upload === 'own' ? 'urllib_request.build_opener' : 'self._build_opener'}(urllib_request.HTTPHandler)`
}
`;

const PATHS = ['shotgun_api3.crud', 'shotgun_api3.form', 'shotgun_api3.s3'] as const;
let lab: ProbeLab;
let other: string;

beforeAll(async () => {
  lab = await createProbeLab();
  await lab.serve('good', lab.leaf, [lab.intermediate]);
  const { host } = lab;
  other = host.put('other.pem', (await lab.tls.authority('Other')).pem);
  const start = 'from .shotgun import Shotgun\n';
  for (const [name, how] of [
    ['one', { upload: 'opener' }],
    ['two', { upload: 'own', early: true }],
  ] as const) {
    host.put(`${name}/shotgun_api3/__init__.py`, start);
    host.put(`${name}/shotgun_api3/shotgun.py`, api(how));
    // Beside the copy lies what would take another module's place.
    host.put(`${name}/urllib3.py`, 'raise SystemExit("not ours")\n');
    host.put(`${name}/json.py`, 'raise SystemExit("not ours")\n');
  }
  host.put('file/shotgun_api3.py', api({ upload: 'none' }));
  host.put('broken/shotgun_api3/__init__.py', 'import not_there_at_all\n');
  // A core with its archive (shotgrid.md §2.5): the loader puts another file in the place of the one that ssl could not read.
  host.put('zip/shotgun_api3/__init__.py', start);
  host.put('zip/shotgun_api3/shotgun.py', api({ upload: 'opener' }));
  host.put('core/requirements/3.11/.keep', '');
  const archive = host.at('core/requirements/3.11/pkgs.zip');
  execFileSync('/usr/bin/env', ['python3', '-c', ZIP, archive, host.at('zip')]);
  host.put(
    'core/python/tank_vendor/__init__.py',
    `import sys, os\nsys.path.insert(0, ${JSON.stringify(archive)})\nimport shotgun_api3\nos.environ["FORM_CACERTS"] = ${JSON.stringify(host.at('ca.pem'))}\n`,
  );
});
afterAll(() => lab.close());

const ZIP = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name in ("__init__.py", "shotgun.py"):
        archive.write(os.path.join(sys.argv[2], "shotgun_api3", name), "shotgun_api3/" + name)
os.chmod(sys.argv[1], 0o644)
`;

async function probe(
  python: string,
  install: string | null,
  variables: Record<string, string> = {},
): Promise<(readonly [ProbeResult['state'], number | null, string | null])[]> {
  const targets = PATHS.map((client) =>
    lab.target('good', client, install === null ? null : lab.host.at(install)),
  );
  const { results, notProbed } = await lab.probe(python, {
    targets,
    variables: { SHOTGUN_API_CACERTS: lab.host.at('ca.pem'), FORM_CACERTS: other, ...variables },
  });
  expect(notProbed).toBeNull();
  return results.map(({ state, verifyCode, stage }) => [state, verifyCode, stage]);
}

describe.each(realInterpreters())('%s', (python) => {
  it('judges each path of each copy by its own code, in one process', async () => {
    const installs = ['one/shotgun_api3', 'two/shotgun_api3', 'file/shotgun_api3.py', 'broken/shotgun_api3'];
    const targets = installs.flatMap((install) =>
      PATHS.map((client) => lab.target('good', client, lab.host.at(install))),
    );

    const { results } = await lab.probe(python, {
      targets,
      variables: { SHOTGUN_API_CACERTS: lab.host.at('ca.pem'), FORM_CACERTS: other },
    });

    expect(results.map(({ state, stage }) => [state, stage])).toEqual([
      ['verified', 'tls'],
      ['failed', 'tls'],
      ['failed', 'tls'],
      // Its uploads know of no CA file, and it connects while it is made.
      ['verified', 'tls'],
      ['failed', 'tls'],
      ['verified', 'tls'],
      ['verified', 'tls'],
      ['failed', 'tls'],
      ['notProbed', null],
      ['failed', 'import'],
      ['failed', 'import'],
      ['failed', 'import'],
    ]);
    expect(lab.requests()).toBe(0);
  });
});

describe('one Python', () => {
  const python = realInterpreters().at(0)!;

  it('finds the copy that `import shotgun_api3` finds', async () => {
    expect(await probe(python, null)).toEqual(PATHS.map(() => ['notProbed', null, null]));
    lab.host.put('path/shotgun_api3.py', api({ upload: 'opener' }));
    const found = await probe(python, null, {
      PYTHONPATH: lab.host.at('path'),
      FORM_CACERTS: lab.host.at('ca.pem'),
    });
    expect(found.map(([state]) => state)).toEqual(['verified', 'verified', 'verified']);
  });

  it('lets a core load the copy in its archive', async () => {
    const found = await probe(python, 'core/requirements/3.11/pkgs.zip!shotgun_api3');
    expect(found.map(([state]) => state)).toEqual(['verified', 'verified', 'verified']);
  });

  it('says so where another copy is loaded than the one that is meant', async () => {
    const run = await probe(python, 'core/requirements/3.9/pkgs.zip!shotgun_api3');
    expect(run).toEqual(PATHS.map(() => ['notProbed', null, null]));
  });
});
