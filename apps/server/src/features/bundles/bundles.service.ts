import { rootCertificates } from 'node:tls';
import type { BundleView, makeBundle } from '@trustfleet/api';
import {
  describeCertificate,
  diffRoots,
  makeUnionBundle,
  pemToDer,
  type RootDiff,
  type UnionBundle,
} from '@trustfleet/certificates';
import { readPublicList, releaseList, type PublicList } from '@trustfleet/certificates/public-list';
import type { Database } from '@trustfleet/database';
import type { z } from 'zod';
import { ApiProblem } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';

type Wanted = z.output<typeof makeBundle>;
type Made = Extract<UnionBundle, { kind: 'made' }>;
interface NamedList extends PublicList {
  readonly name: string;
  readonly published: string;
}

/** A public list that is older than this is to be replaced. */
const OLD_AFTER_MS = 120 * 24 * 3_600_000;

function refused(path: string, message: string): ApiProblem {
  return new ApiProblem({ status: 400, code: 'invalidRequest', message, issues: [{ path, message }] });
}

/** Some 100 KiB; loaded when somebody first makes a bundle. */
async function catalogueOf() {
  return (await import('@trustfleet/certificates/catalogue')).ROOT_CATALOGUE;
}

/** The list that this release brings. @throws ApiProblem on a Node that lacks a root of it */
async function ownList(): Promise<NamedList> {
  const list = releaseList(rootCertificates.map(pemToDer), { catalogue: await catalogueOf() });
  if (list === null || list.name === null || list.published === null)
    throw refused('list', 'This server brings no public list of its own: upload one.');
  return { ...list, name: list.name, published: list.published };
}

async function uploaded(content: string, named: Wanted['named']): Promise<NamedList> {
  const bytes = new Uint8Array(Buffer.from(content, 'base64'));
  const reading = await readPublicList(bytes, { catalogue: await catalogueOf() });
  if (reading.kind === 'refused') throw refused('list', reading.reason);
  const { list } = reading;
  const [name, published] = [list.name ?? named?.name, list.published ?? named?.published];
  if (name === undefined || published === undefined)
    throw refused(
      'named',
      'The file does not say what list it is: give its name and the day of its publication.',
    );
  return { ...list, name, published };
}

const rootsOf = (ders: readonly Uint8Array[]) =>
  ders.map((der) => {
    const { sha256, subject } = describeCertificate(der);
    return { sha256, subject, der };
  });
type Root = ReturnType<typeof rootsOf>[number];
const shown = ({ sha256, subject }: { sha256: string; subject: string }) => ({ sha256, subject });

/** Union bundles: what every program of a machine is to verify with (failures.md §11.2). */
export class BundlesService {
  private readonly database: Database;
  private readonly now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.database = database;
    this.now = now;
  }

  /** The same wish gives the same bundle, by the same name. @throws ApiProblem 400, 422 */
  async make(viewer: Viewer, wanted: Wanted): Promise<BundleView> {
    if (wanted.named !== undefined) requirePlainText({ name: wanted.named.name });
    const own = await ownList();
    const list = wanted.list === undefined ? own : await uploaded(wanted.list, wanted.named);
    const diff = diffRoots(rootsOf(own.certificates), rootsOf(list.certificates));
    const kept = diff.leaving.filter(({ sha256 }) => !wanted.approvedGoing.includes(sha256));
    const union = makeUnionBundle({
      publicList: list.certificates,
      kept: kept.map(({ der }) => der),
      studio: await this.anchors(wanted.anchors),
      at: this.now(),
    });
    if (union.kind === 'refused') throw refused('anchors', union.reason);
    await this.keep(viewer, { union, list, wanted });
    return this.view(union, { list, diff, kept });
  }

  private async anchors(digests: readonly string[]): Promise<Uint8Array[]> {
    const ders: Uint8Array[] = [];
    for (const sha256 of digests) {
      const held = await this.database.certificates.get(sha256);
      if (held === null) throw refused('anchors', `The server does not hold the certificate ${sha256}.`);
      ders.push(held.der);
    }
    return ders;
  }

  private keep(
    viewer: Viewer,
    { union, list, wanted }: { union: Made; list: NamedList; wanted: Wanted },
  ): Promise<void> {
    return this.database.change(actorOf(viewer), async ({ artifacts }) => {
      await artifacts.put({ sha256: union.sha256, bytes: union.bytes });
      return {
        result: undefined,
        audit: [
          {
            action: 'bundle.make',
            subject: { kind: 'bundle', id: union.sha256, name: list.name },
            detail: {
              ...{ list: list.name, published: list.published, roots: union.roots.length },
              ...{ anchors: [...wanted.anchors], approvedGoing: [...wanted.approvedGoing] },
            },
          },
        ],
      };
    });
  }

  private view(
    { sha256, bytes, roots, expired }: Made,
    { list, diff, kept }: { list: NamedList; diff: RootDiff<Root>; kept: readonly Root[] },
  ): BundleView {
    const { name, published } = list;
    return {
      ...{ sha256, size: bytes.length, list: { name, published } },
      listIsOld: this.now().getTime() - Date.parse(published) > OLD_AFTER_MS,
      roots: roots.map((root) => ({
        ...shown(root),
        notAfter: root.notAfter.toISOString(),
        origins: [...root.origins],
      })),
      entering: diff.entering.map(shown),
      leaving: diff.leaving.map((root) => ({ ...shown(root), kept: kept.includes(root) })),
      expired: expired.map(shown),
    };
  }
}
