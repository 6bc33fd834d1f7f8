import type { PythonEnvironment } from '@trustfleet/protocol';
import type { Account, PythonPorts } from '../ports.ts';
import { createScan, type Scan } from '../scan.ts';
import type { CollectOptions } from '../types.ts';
import { findLayout } from './layout.ts';
import { openProgram } from './program.ts';
import { soleOwner } from './run-rule.ts';
import { expandSites } from './sites.ts';

/** Whose code a start of one Python executes. */
export type CodeOwner =
  /** `account` null: all of it is root's. */
  | { readonly kind: 'owner'; readonly account: Account | null }
  /** Not one account's alone, or not known; `because` is the end of a sentence. */
  | { readonly kind: 'nobody'; readonly because: string };

const nobody = (because: string): CodeOwner => ({ kind: 'nobody', because });

/**
 * For whoever changes a Python: the interpreter, its standard library, its packages and what `.pth` files add all belong to the account that
 * is answered (or to root), and nobody else can write any of it (security.md, "a local user"). What lies on the way is looked at once for all that is asked of one opening.
 */
export async function openCodeOwners(
  ports: PythonPorts,
  options: CollectOptions,
): Promise<(python: Pick<PythonEnvironment, 'path' | 'kind'>) => Promise<CodeOwner>> {
  const scan = await createScan(ports, options);
  return (python) => ownerIn(scan, python);
}

async function ownerIn(scan: Scan, python: Pick<PythonEnvironment, 'path' | 'kind'>): Promise<CodeOwner> {
  const program = await openProgram(scan, { path: python.path, kind: python.kind });
  if (program === null) return nobody('it is no longer there');
  if (program.neverRun !== null) return nobody(program.neverRun);
  if (program.form === 'other') return nobody('it is neither a program nor a script');
  const share = await scan.shareOf(python.path);
  if (share !== null)
    return nobody(`it lies on a share (${share.export || share.type}), which others may change`);
  const layout = await findLayout(scan, program);
  if (layout === null || program.form === 'script')
    return nobody('its standard library was not found beside it, so what it would execute is not known');
  const { directories } = await expandSites(program.on, { sites: layout.sites, library: layout.library });
  const account = await soleOwner(scan, {
    ...{ path: program.candidate.path, isScript: false, layout, sites: directories },
  });
  return typeof account === 'string' ? nobody(account) : { kind: 'owner', account };
}
