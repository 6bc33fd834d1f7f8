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

/** What jobs of the suite do: an anchor into the system's store, one that the system ships out of it, an anchor into a PEM file. */
export const CHANGES = ['add', 'remove', 'bundle'] as const;
export type Change = (typeof CHANGES)[number];

/** The PEM file, at its place in the namespace of an agent. */
export const BUNDLE_FILE = '/srv/bundle.pem';

/** A fleet of one host, its server's key, and the certificate that its orders bring. */
export interface Studio {
  readonly agent: AgentFacts;
  /** SHA-256 of the certificate that `add` and `bundle` bring. */
  readonly anchor: string;
  /** The system ships it, and selects it. */
  readonly shippedPem: string;
  /** PEM of the anchors that every store has from the start; two, since a bundle of one is an anchor file to `openssl rehash`. */
  readonly present: readonly string[];
  message(parts: {
    /** `add` where it is left out. */
    change?: Change;
    mode: Order['mode'];
    limits?: OrderLimits;
    job?: Partial<Job>;
  }): JobMessage & { readonly jobId: string };
}

interface Authority {
  readonly sha256: string;
  readonly der: Uint8Array;
}

const about = ({ sha256, der }: Authority, store?: string) => ({
  parameters: { anchor: sha256, ...(store === undefined ? {} : { store }) },
  artifacts: { [sha256]: Buffer.from(der).toString('base64') },
});

export async function makeStudio(): Promise<Studio> {
  const tls = createTlsLab();
  const added = await tls.authority('Studio CA');
  const shipped = await tls.authority('Shipped CA');
  const work = {
    add: { remedy: 'trustStore.addAnchor', ...about(added) },
    remove: { remedy: 'trustStore.removeAnchor', ...about(shipped) },
    bundle: { remedy: 'trustStore.addAnchor', ...about(added, `bundle:${BUNDLE_FILE}`) },
  };
  const [serverSeed, hostSeed] = [randomBytes(32), randomBytes(32)];
  const server = keyPairFromSeed('ed25519', serverSeed);
  const [hostId, fleetId] = [randomUUID(), randomUUID()];
  const targets = [hostId, randomUUID()];
  return {
    agent: { hostId, fleetId, serverKey: server.publicKey, keySeed: hostSeed.toString('base64') },
    anchor: added.sha256,
    shippedPem: shipped.pem,
    present: [(await tls.authority('Present CA')).pem, (await tls.authority('Other CA')).pem],
    message({ change = 'add', mode, limits, job = {} }) {
      const { remedy, parameters, artifacts } = work[change];
      const order: Order = {
        ...{ format: 1, orderId: randomUUID(), fleetId, remedy, parameters, mode },
        artifacts: Object.keys(artifacts),
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
        artifacts,
      };
    },
  };
}

export const keySetOf = (agent: AgentFacts): ReturnType<typeof keySetOfServerKey> => keySetOfServerKey(agent);

/**
 * Directories that a namespace binds over the real ones: update-ca-certificates is then run without any option. `etc` as a whole, since
 * a file that is bound by itself cannot be replaced.
 */
export const BOUND = ['etc', 'usr/local/share/ca-certificates', 'usr/share/ca-certificates', 'srv'] as const;
const MADE = [...BOUND, 'etc/ssl/certs', 'etc/ca-certificates/update.d'];

export interface StoreTree {
  readonly anchors: string;
  readonly links: string;
  readonly bundle: string;
  readonly conf: string;
  /** Holds the PEM file that is a store of its own. */
  readonly files: string;
}

export const treeOf = (root: string): StoreTree => ({
  anchors: join(root, 'usr/local/share/ca-certificates'),
  links: join(root, 'etc/ssl/certs'),
  bundle: join(root, 'etc/ssl/certs/ca-certificates.crt'),
  conf: join(root, 'etc/ca-certificates.conf'),
  files: join(root, 'srv'),
});

/** As the system ships it: the name is that of a line of the configuration. */
export const SHIPPED_NAME = 'mozilla/Shipped.crt';
export const SHIPPED_DIRECTORY = 'usr/share/ca-certificates';
export const CONF = `# what the system ships\n${SHIPPED_NAME}\n`;

/** A Debian store of files alone, and a PEM file; nothing of this machine's own trust goes in. */
export async function makeStore(root: string, studio: Studio): Promise<void> {
  for (const place of MADE) await mkdir(join(root, place), { recursive: true });
  const { anchors, conf, files, links } = treeOf(root);
  await writeFile(conf, CONF);
  await mkdir(join(root, SHIPPED_DIRECTORY, 'mozilla'));
  await writeFile(join(root, SHIPPED_DIRECTORY, SHIPPED_NAME), studio.shippedPem);
  await writeFile(join(files, 'bundle.pem'), studio.present.join(''), { mode: 0o644 });
  await writeFile(join(root, 'etc/os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
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
