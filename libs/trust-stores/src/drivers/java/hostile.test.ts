import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrustStorePorts } from '../../ports.ts';
import { makeAuthority } from '../../testing/authorities.ts';
import { IS_ROOT } from '../../testing/host.ts';
import { makeJavaLab, makeJavaProgram, type JavaLab } from '../../testing/java-lab.ts';
import { contentsOf, javaPorts, openJava, openJavas, readJava } from '../../testing/java-stores.ts';

const studio = makeAuthority('Studio Root');
const other = makeAuthority('Other Root');
const third = makeAuthority('Third Root');
let lab: JavaLab;
beforeEach(() => {
  lab = makeJavaLab();
});
afterEach(() => {
  lab.remove();
});

describe('keystores that others have a hand in', () => {
  it('are not crowded out of the report by what applications bring', async () => {
    for (let index = 0; index < 30; index += 1) lab.put(`opt/a${index}/lib/security/cacerts`, 'x');
    lab.imports(lab.home('usr/lib/jvm/x'), studio, { alias: 'a' });
    const stores = await Promise.all(
      (await openJavas(lab)).map(async (handle) => (await handle.read()).store),
    );
    expect(stores).toHaveLength(24);
    expect(stores[0]?.bundle.anchors).toEqual([studio.sha256]);
    expect(stores[0]?.problems).toEqual(['7 more keystores of Javas were found and not read']);
  });

  it('are nothing to Java where one entry is no certificate', async () => {
    const path = lab.home('usr/lib/jvm/x');
    writeFileSync(lab.at(path), jksOf([Buffer.from(studio.der), Buffer.from('no certificate')]));
    const program = makeJavaProgram();
    try {
      expect(() => program.trusted(lab.at(path))).toThrow('TrustManagerFactory.init');
    } finally {
      program.dispose();
    }
    expect((await readJava(lab)).bundle).toMatchObject({
      state: 'unreadable',
      anchors: [],
      detail: expect.stringContaining('is no certificate') as string,
    });
  });

  it.runIf(IS_ROOT)('are changed only by a keytool of which others can change nothing', async () => {
    const path = lab.home('usr/lib/jvm/x');
    lab.imports(path, studio, { alias: 'a' });
    const keytool = lab.at('usr/lib/jvm/x/bin/keytool');
    rmSync(keytool);
    writeFileSync(keytool, '', { mode: 0o755 });
    expect((await readJava(lab)).cannotChange).toBeNull();
    mkdirSync(lab.at('usr/lib/jvm/x/jre/lib/ext'), { recursive: true });
    chmodSync(lab.at('usr/lib/jvm/x/jre/lib/ext'), 0o777);
    expect((await readJava(lab)).cannotChange).toContain('jre/lib/ext can be changed by another account');
  });

  it.runIf(IS_ROOT)('are read with the rights of whoever can change them', async () => {
    const path = lab.home('opt/app/jre');
    lab.imports('secret', studio, { alias: 'a' });
    chmodSync(lab.at('secret'), 0o600);
    chmodSync(lab.root, 0o755);
    symlinkSync(lab.at('secret'), lab.at(path));
    lab.put('opt/app/jre/lib/security/jssecacerts', '');
    const owned = (at: string) => at.startsWith(lab.at('secret'));
    const ports: TrustStorePorts = {
      ...javaPorts(lab),
      findFiles: ({ root }) =>
        Promise.resolve({
          ...{ complete: true, detail: null },
          paths: root === lab.at('opt') ? [lab.at(path)] : [],
        }),
      inspectPath: (at) => Promise.resolve({ owners: owned(at) ? [12_345] : [], writable: null }),
    };
    const store = await readJava(lab, ports);
    expect(store.bundle).toMatchObject({ state: 'unreadable', anchors: [] });
    expect(store.bundle.detail).toContain('may not be read by its user');
  });

  it('loses nothing of what somebody else changes meanwhile', async () => {
    const path = lab.home('opt/app/jre');
    lab.imports(path, other, { alias: 'a' });
    const ports = javaPorts(lab);
    const handle = await openJava(lab, {
      ...ports,
      async runProgram(request) {
        const ran = await ports.runProgram(request);
        lab.imports(path, third, { alias: 'theirs' });
        return ran;
      },
    });
    expect(await handle.add(studio.der)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('by somebody else meanwhile') as string,
    });
    expect(contentsOf(lab, path)).toEqual([`a=${other.sha256}`, `theirs=${third.sha256}`]);
  });

  it('keeps a broken keystore when it brings a whole one back', async () => {
    const path = lab.home('opt/app/jre');
    lab.imports(path, other, { alias: 'a' });
    const handle = await openJava(lab);
    const taken = await handle.snapshot();
    writeFileSync(lab.at(path), 'broken');
    expect(await handle.restore(taken)).toMatchObject({ state: 'done' });
    expect(contentsOf(lab, path)).toEqual([`a=${other.sha256}`]);
    expect(readFileSync(`${lab.at(path)}.trustfleet-1`, 'utf8')).toBe('broken');
  });
});

/** A JKS with the usual password (JDK, sun.security.provider.JavaKeyStore), whatever its certificates are. */
function jksOf(certificates: readonly Buffer[]): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const text = (words: string): Buffer =>
    Buffer.concat([number(words.length).subarray(2), Buffer.from(words, 'latin1')]);
  const body = Buffer.concat([
    ...[number(0xfeedfeed), number(2), number(certificates.length)],
    ...certificates.flatMap((der, index) => [
      ...[number(2), text(`entry ${index}`), Buffer.alloc(8), text('X.509'), number(der.length), der],
    ]),
  ]);
  const digest = createHash('sha1')
    .update(Buffer.from('changeit', 'utf16le').swap16())
    .update('Mighty Aphrodite')
    .update(body)
    .digest();
  return Buffer.concat([body, digest]);
}
