import type { ClientOption } from '@trustfleet/protocol';
import { keptValue } from '../variables/mask.ts';
import type { Reader, Scan } from '../scan.ts';
import type { CollectedOption } from '../types.ts';
import type { FoundOption, ParseOptions } from './found-option.ts';
import { parseAwsConfig } from './parse-aws-config.ts';
import { parseCondarc } from './parse-condarc.ts';
import { parseGitConfig } from './parse-git-config.ts';
import { parsePipConf } from './parse-pip-conf.ts';

/** One configuration file of one client. */
export interface OptionFile extends Pick<ClientOption, 'client' | 'account' | 'scope' | 'python'> {
  readonly path: string;
  readonly reader: Reader;
  readonly home: string | null;
}

const PARSERS: Readonly<Record<ClientOption['client'], ParseOptions>> = {
  pip: parsePipConf,
  conda: parseCondarc,
  boto3: parseAwsConfig,
  git: parseGitConfig,
};
/** These take `~` for the home of whoever runs them; of the others it is not known, so that such a path leads nowhere. */
const KNOW_HOME: readonly ClientOption['client'][] = ['pip', 'git'];
const MAX_BYTES = 256 * 1024;

/** What the file says about trust; nothing else of it is kept. */
export async function readOptionFile(scan: Scan, file: OptionFile): Promise<CollectedOption[]> {
  const { path, reader, home, client, account, scope, python } = file;
  const read = await scan.read(path, { reader, maxBytes: MAX_BYTES });
  if (read.state !== 'read') {
    if (read.state !== 'missing') scan.note(path, read.detail);
    return [];
  }
  const last = new Map<ClientOption['name'], FoundOption>();
  for (const found of PARSERS[client](Buffer.from(read.bytes).toString('utf8'))) last.set(found.name, found);
  return [...last.values()].map(({ name, value, isPath }) => ({
    option: {
      ...{ client, name, definedIn: path, account, scope, python },
      value: keptValue(name, isPath && KNOW_HOME.includes(client) ? atHome(value, home) : value),
    },
    isPath,
    readAs: reader,
  }));
}

function atHome(value: string, home: string | null): string {
  return home !== null && /^~(?=\/|$)/.test(value) ? `${home}${value.slice(1)}` : value;
}
