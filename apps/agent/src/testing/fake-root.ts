import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';

export interface FakeRoot {
  readonly directory: string;
  /** The tree to look at in place of /. */
  readonly root: string;
  readonly bundle: string;
  remove(): Promise<void>;
}

/** A Debian machine of files alone: two roots in the store, one of them added, and a variable that names a broken bundle. */
export async function makeFakeRoot(): Promise<FakeRoot> {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
  const root = join(directory, 'root');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };
  const [first, second] = WELL_KNOWN_ROOTS;
  if (first === undefined || second === undefined) throw new Error('WELL_KNOWN_ROOTS is too short');
  await write(
    'etc/os-release',
    'ID=debian\nNAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\n',
  );
  await write('etc/ca-certificates.conf', '# none\n');
  await write('etc/ssl/certs/ca-certificates.crt', first.pem + second.pem);
  await write('usr/local/share/ca-certificates/studio.crt', second.pem);
  await write('etc/environment', `SSL_CERT_FILE=${root}/opt/studio/ca.pem\n`);
  await write('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
  await write('opt/studio/ca.pem', 'no certificate here\n');
  return {
    directory,
    root,
    bundle: join(root, 'etc/ssl/certs/ca-certificates.crt'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
