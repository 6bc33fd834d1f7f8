import type { Command, RestoredFile } from '../../file-way/layout.ts';
import { readConf } from './conf.ts';

interface Paths {
  readonly root: string;
  readonly linkDirectory: string;
  readonly anchorDirectory: string;
  readonly conf: string;
  readonly vendorDirectory: string;
}

/**
 * After a removal the tool alone leaves dangling links by name and by subject hash, and a hash link `<hash>.0` that leads
 * nowhere hides `<hash>.1`. Its --fresh takes every link away for a second or two, during which each program that looks up
 * by hash (Python on Debian) trusts nothing: so only our dangling links go, and OpenSSL numbers the rest anew.
 */
export function commandsAfter(
  paths: Paths & { readonly tool: string },
  after: 'add' | 'remove',
): readonly Command[] {
  const update: Command = [paths.tool, ...overrides(paths)];
  if (after === 'add') return [update];
  return [
    [...findLinks(paths), '-xtype', 'l', '-lname', `${pattern(paths.anchorDirectory)}/*`, '-delete'],
    update,
    ['/usr/bin/openssl', 'rehash', paths.linkDirectory],
  ];
}

/** find(1) takes that many tests in one expression without trouble; a configuration has some 150 lines. */
const MAX_NAMES = 500;

/**
 * A name that is taken out of the configuration, and not deselected there, keeps its links: the tool deletes only those of names with a
 * `!`, and whatever looks up by hash would still trust it.
 */
export function unlinkUnlisted(paths: Paths, files: readonly RestoredFile[]): readonly Command[] {
  const conf = files.find(({ path }) => path === paths.conf);
  if (conf === undefined) return [];
  const after = new Set(readConf(conf.after).selected);
  const gone = readConf(conf.before).selected.filter((name) => !after.has(name));
  const commands: Command[] = [];
  for (let at = 0; at < gone.length; at += MAX_NAMES) {
    const targets = gone.slice(at, at + MAX_NAMES).map((name) => pattern(`${paths.vendorDirectory}/${name}`));
    const tests = targets.flatMap((target) => ['-o', '-lname', target]).slice(1);
    commands.push([...findLinks(paths), '-type', 'l', '(', ...tests, ')', '-delete']);
  }
  return commands;
}

function findLinks(paths: Paths): Command {
  return ['/usr/bin/find', paths.linkDirectory, '-maxdepth', '1'];
}

/** -lname takes a pattern of the shell. */
function pattern(path: string): string {
  return path.replace(/[*?[\\]/g, '\\$&');
}

function overrides(paths: Paths): string[] {
  if (paths.root === '/') return [];
  return [
    ...['--certsconf', paths.conf, '--certsdir', paths.vendorDirectory],
    ...['--localcertsdir', paths.anchorDirectory, '--etccertsdir', paths.linkDirectory],
    ...['--hooksdir', `${paths.root}/etc/ca-certificates/update.d`],
  ];
}
