import { randomBytes, randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Job, JobMessage, Order, OrderLimits } from '@trustfleet/protocol';
import {
  keyPairFromSeed,
  keySetOfServerKey,
  merkleProof,
  merkleRoot,
  signJob,
  signOrder,
} from '@trustfleet/signing';
import { createTlsLab } from '@trustfleet/testkit';

const run = promisify(execFile);

/** Server time when a run begins; its timers move it. */
export const SERVER_TIME = new Date('2026-11-22T10:00:00.000Z');

/** What an agent process is told of itself, as JSON. */
export interface AgentFacts {
  readonly hostId: string;
  readonly fleetId: string;
  readonly serverKey: string;
  /** base64 */
  readonly keySeed: string;
}

/** A fleet of one host, its server's key, and the certificate that its orders bring. */
export interface Studio {
  readonly agent: AgentFacts;
  readonly anchor: string;
  readonly der: Uint8Array;
  /** PEM of the anchors that every store has from the start; two, since a bundle of one is an anchor file to `openssl rehash`. */
  readonly present: readonly string[];
  message(parts: {
    mode: Order['mode'];
    limits?: OrderLimits;
    job?: Partial<Job>;
  }): JobMessage & { readonly jobId: string };
}

export async function makeStudio(): Promise<Studio> {
  const tls = createTlsLab();
  const { der, sha256: anchor } = await tls.authority('Studio CA');
  const [serverSeed, hostSeed] = [randomBytes(32), randomBytes(32)];
  const server = keyPairFromSeed('ed25519', serverSeed);
  const [hostId, fleetId] = [randomUUID(), randomUUID()];
  const targets = [hostId, randomUUID()];
  return {
    agent: { hostId, fleetId, serverKey: server.publicKey, keySeed: hostSeed.toString('base64') },
    anchor,
    der,
    present: [(await tls.authority('Present CA')).pem, (await tls.authority('Other CA')).pem],
    message({ mode, limits, job = {} }) {
      const order: Order = {
        ...{
          format: 1,
          orderId: randomUUID(),
          fleetId,
          remedy: 'trustStore.addAnchor',
          parameters: { anchor },
          mode,
        },
        artifacts: [anchor],
        targets: { count: targets.length, merkleRoot: merkleRoot(targets) },
        ...(limits === undefined ? {} : { limits }),
        ...{
          notBefore: '2026-11-22T09:00:00.000Z',
          expiresAt: '2026-11-29T09:00:00.000Z',
          orderSeq: 1,
          reason: 'kill',
        },
      };
      const jobId = job.jobId ?? randomUUID();
      const content: Job = {
        ...{
          format: 1,
          jobId,
          orderId: order.orderId,
          hostId,
          merkleProof: [...merkleProof(targets, hostId)],
        },
        ...{ attempt: 1, executionTimeoutMs: 60_000 },
        ...job,
      };
      return {
        ...{ type: 'job', jobId },
        order: signOrder(order, [server.privateKey]),
        job: signJob(content, server.privateKey),
        artifacts: { [anchor]: Buffer.from(der).toString('base64') },
      };
    },
  };
}

export const keySetOf = (agent: AgentFacts): ReturnType<typeof keySetOfServerKey> => keySetOfServerKey(agent);

/** Paths that a namespace binds over the real ones: update-ca-certificates is then run without any option. */
export const BOUND = [
  'etc/ssl/certs',
  'etc/os-release',
  'usr/local/share/ca-certificates',
  'usr/share/ca-certificates',
  'etc/ca-certificates/update.d',
  'etc/ca-certificates.conf',
] as const;

export const treeOf = (root: string): { anchors: string; links: string; bundle: string } => ({
  anchors: join(root, 'usr/local/share/ca-certificates'),
  links: join(root, 'etc/ssl/certs'),
  bundle: join(root, 'etc/ssl/certs/ca-certificates.crt'),
});

/** A Debian store of files alone, with one anchor; nothing of this machine's own trust goes in. */
export async function makeStore(root: string, studio: Studio): Promise<void> {
  for (const place of BOUND.filter((path) => !/(conf|os-release)$/.test(path)))
    await mkdir(join(root, place), { recursive: true });
  await writeFile(join(root, 'etc/ca-certificates.conf'), '# nothing selected\n');
  await writeFile(join(root, 'etc/os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  const { anchors, links } = treeOf(root);
  for (const [index, pem] of studio.present.entries())
    await writeFile(join(anchors, `present-${index}.crt`), pem, { mode: 0o644 });
  const at = (path: string): string => join(root, path);
  await run(
    '/usr/sbin/update-ca-certificates',
    [
      ...['--certsconf', at('etc/ca-certificates.conf'), '--certsdir', at('usr/share/ca-certificates')],
      ...[
        '--localcertsdir',
        anchors,
        '--etccertsdir',
        links,
        '--hooksdir',
        at('etc/ca-certificates/update.d'),
      ],
    ],
    { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }, timeout: 30_000 },
  );
}
