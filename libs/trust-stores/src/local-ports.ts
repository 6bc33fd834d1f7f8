import { clip } from '@trustfleet/protocol';
import type { TrustStorePorts } from './ports.ts';

/** Why nothing on a network mount is touched. */
function whyLeftAlone(path: string, type: string): string {
  return clip(`${path} lies on a network mount (${type}) and is left alone`, 512);
}

const REMEMBERED_MS = 200;
const MAX_REMEMBERED = 1000;

/** One look at a store asks for the same few paths a dozen times, and each question walks the whole path. */
function rememberingShortly(
  ask: (path: string) => Promise<string | null>,
): (path: string) => Promise<string | null> {
  const answers = new Map<string, { readonly at: number; readonly answer: Promise<string | null> }>();
  return (path) => {
    const now = performance.now();
    const known = answers.get(path);
    if (known !== undefined && now - known.at < REMEMBERED_MS) return known.answer;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    const answer = ask(path);
    answers.set(path, { at: now, answer });
    return answer;
  };
}

/**
 * The same ports, for stores whose places people choose (homes, links, names in a policy): nothing on a network mount is touched, since a
 * server that does not answer holds a thread of this process for good, and four of these are all it has.
 */
export function leavingSharesAlone(ports: TrustStorePorts): TrustStorePorts {
  const shareOf = rememberingShortly((path) => ports.networkMount(path));
  const careful: Partial<TrustStorePorts> = {
    async readFile(path, options) {
      const type = await shareOf(path);
      if (type === null) return await ports.readFile(path, options);
      return { state: 'unreadable', detail: whyLeftAlone(path, type), size: null, realPath: null };
    },
    async listDirectory(path, options) {
      const type = await shareOf(path);
      if (type === null) return await ports.listDirectory(path, options);
      return { state: 'unreadable', detail: whyLeftAlone(path, type) };
    },
    async identify(paths, options) {
      const types = await Promise.all(paths.map(shareOf));
      const found = await ports.identify(
        paths.filter((_, index) => types[index] === null),
        options,
      );
      let next = 0;
      return types.map((type) => (type === null ? (found[next++] ?? null) : null));
    },
    async isExecutable(path) {
      return (await shareOf(path)) === null && (await ports.isExecutable(path));
    },
    async isWritable(path) {
      return (await shareOf(path)) === null && (await ports.isWritable(path));
    },
    /** Whoever runs the file server can change it. */
    async inspectPath(path) {
      return (await shareOf(path)) === null ? await ports.inspectPath(path) : { owners: [], writable: path };
    },
  };
  // A getter among the ports is still asked only when a driver asks.
  return Object.create(
    ports,
    Object.fromEntries(Object.entries(careful).map(([name, value]) => [name, { value }])),
  ) as TrustStorePorts;
}
