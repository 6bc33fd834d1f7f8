import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHost } from '@trustfleet/host';
import type { BundleAccess } from '@trustfleet/repair';
import { createTrustStores } from '@trustfleet/trust-stores';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBundleAccess } from './bundle-access.ts';

let root: string;
let access: BundleAccess;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trustfleet-bundle-'));
  // As any root directory: mkdtemp makes one that nobody else may enter.
  await chmod(root, 0o755);
  const host = createHost();
  access = createBundleAccess({
    ...{ host, root },
    trustStores: () => Promise.resolve(createTrustStores(host, { root })),
  });
});
afterEach(() => rm(root, { recursive: true, force: true }));
const bytes = new TextEncoder().encode('# a bundle\n');

describe('the place of the union bundle', () => {
  it('is made for everybody to enter, and what is written there is for everybody to read', async () => {
    expect(await access.placeProblem()).toBeNull();
    await access.makePlace();
    await access.writeFile(access.path, bytes);

    expect(access.path).toBe(join(root, 'etc/trustfleet/ca-bundle.pem'));
    expect(await access.placeProblem()).toBeNull();
    expect((await stat(dirname(access.path))).mode & 0o777).toBe(0o755);
    expect(await access.attributes(access.path)).toMatchObject({ plain: true, mode: 0o644 });
    expect(Buffer.from((await access.readFile(access.path))!)).toEqual(Buffer.from(bytes));
  });

  it.each([
    ['others can write', 0o777, /writable for its group or for everybody/],
    ['only root may enter', 0o700, /Not every program may enter .*chmod a\+rx/],
  ])('is refused where %s', async (_name, mode, reason) => {
    await access.makePlace();
    await chmod(dirname(access.path), mode);

    expect(await access.placeProblem()).toMatch(reason);
  });

  it('lists what changed longest ago first, and sweeps what a killed write left', async () => {
    await access.makePlace();
    const place = dirname(access.path);
    for (const [age, name] of ['new.pem', 'old.pem'].entries()) {
      await writeFile(join(place, name), '');
      await utimes(join(place, name), 0, 1_700_000_000 - age * 1000);
    }
    await writeFile(join(place, '.ca-bundle.pem.0123456789abcdef.tmp'), '');
    await mkdir(join(place, 'directory'));

    expect((await access.listPlace()).slice(0, 2)).toEqual([join(place, 'old.pem'), join(place, 'new.pem')]);
    await access.sweep(access.path);
    expect(await readdir(place)).toEqual(['directory', 'new.pem', 'old.pem']);
  });

  it('facts: who names it, and what stands there', async () => {
    await mkdir(join(root, 'etc'), { recursive: true });
    await writeFile(join(root, 'etc/environment'), `SSL_CERT_FILE=${access.path}\n`);
    await access.makePlace();
    await access.writeFile(access.path, bytes);
    const facts = await access.facts();

    expect(facts.variables?.variables).toMatchObject([{ name: 'SSL_CERT_FILE', value: access.path }]);
    expect(facts.bundles?.bundles).toMatchObject([{ path: access.path, state: 'noCertificates' }]);
  });
});
