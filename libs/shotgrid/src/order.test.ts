import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { discoverOn, site } from './testing/discover.ts';
import { makeTestHost, realPorts, type TestHost } from './testing/host.ts';
import { coreApi, putApi, putConfiguration, putCore } from './testing/layouts.ts';

let host: TestHost;
beforeEach(() => {
  host = makeTestHost();
});
afterEach(() => {
  host.remove();
});

it('a machine gives the same section, whatever is named first and whichever directory answers first', async () => {
  const sites = ['opt/a', 'opt/b/site-packages', 'opt/c'];
  for (const path of sites) putApi(host, path, { version: '3.9.0', files: {} });
  host.put('opt/a/shotgun_api3-3.9.0.dist-info/METADATA', 'Version: 3.9.0\n\n');
  host.put('opt/b/site-packages/shotgun_api3.egg-link', host.at('opt/a'));
  for (const cache of ['opt/x', 'opt/y', 'opt/z/deeper'])
    putCore(host, `${cache}/bundle_cache/app_store/tk-core/v0.23.6`, { version: 'v0.23.6' });
  for (const show of ['opt/show1', 'opt/show2'])
    putConfiguration(host, show, { 'core_api.yml': coreApi('v0.23.6') });
  const search = ['opt', 'opt/a/shotgun_api3', 'opt/z', 'opt/b', 'opt/gone'].map((path) => host.at(path));
  const first = await discoverOn(host, { search, sites: sites.map((path) => site(host, path)) });
  expect(Object.keys(first.apis)).toHaveLength(6);

  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(search, { minLength: search.length }),
      fc.shuffledSubarray(sites, { minLength: sites.length }),
      fc.infiniteStream(fc.nat(3)),
      async (searched, named, delays) => {
        const ports = realPorts();
        const again = await discoverOn(host, {
          search: searched,
          sites: named.map((path) => site(host, path)),
          ports: {
            ...ports,
            async listDirectory(path, options) {
              const listing = await ports.listDirectory(path, options);
              const [turns = 0] = delays.take(1);
              for (let turn = 0; turn < turns; turn += 1) await setImmediate();
              return listing;
            },
          },
        });
        expect(again.result).toEqual(first.result);
      },
    ),
    { numRuns: 15 },
  );
});
