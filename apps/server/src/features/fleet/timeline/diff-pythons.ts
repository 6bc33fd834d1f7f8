import type { SectionDifference } from '@trustfleet/api';
import type {
  PythonEnvironment,
  PythonPackage,
  PythonSsl,
  PythonsSection,
  StartUpHook,
} from '@trustfleet/protocol';
import { diffProblems } from './diff-problems.ts';
import { appeared, changedFact, compare, left } from './difference.ts';

export function diffPythons(before: PythonsSection, after: PythonsSection): SectionDifference[] {
  const pythons = compare(before.pythons, after.pythons, ({ path }) => path);
  const what = ({ path }: PythonEnvironment) => ({ kind: 'python' as const, name: path, where: null });
  return [
    ...pythons.appeared.map((python) => appeared({ ...what(python), after: python.version })),
    ...pythons.left.map((python) => left({ ...what(python), before: python.version })),
    ...pythons.both.flatMap(([was, is]) => [
      ...diffPackages(was, is),
      ...FACTS.flatMap((fact) => changedFact(what(is), was[fact], is[fact])),
      ...VERIFY_PATHS.flatMap((fact) =>
        changedFact(what(is), was.verifyPaths?.[fact] ?? null, is.verifyPaths?.[fact] ?? null),
      ),
      ...SSL_FACTS.flatMap((fact) => changedSsl(what(is), fact, [was, is])),
      ...diffHooks(was, is),
    ]),
    ...diffProblems(before.problems, after.problems),
  ];
}

const FACTS = [
  'version',
  'implementation',
  'openssl',
  'realPath',
  'kind',
  'facts',
  'notRunBecause',
  'product',
] as const satisfies readonly (keyof PythonEnvironment)[];
const VERIFY_PATHS = ['cafile', 'capath', 'opensslCafile', 'opensslCapath'] as const;

const SSL_FACTS = [
  'importError',
  'libressl',
  'sni',
  'strict',
  'partialChain',
  'securityLevel',
  'contextClass',
  'httpsVerifies',
] as const satisfies readonly (keyof PythonSsl)[];

/** `strict: true`: such a fact says nothing without its name. What nobody asked the interpreter is no change. */
function changedSsl(
  what: Parameters<typeof changedFact>[0],
  fact: (typeof SSL_FACTS)[number],
  [was, is]: readonly [PythonEnvironment, PythonEnvironment],
): SectionDifference[] {
  const told = ({ ssl }: PythonEnvironment) => (ssl == null ? null : `${fact}: ${String(ssl[fact])}`);
  return was.ssl == null || is.ssl == null ? [] : changedFact(what, told(was), told(is));
}

/** Code that runs at every start of the interpreter. */
function diffHooks(before: PythonEnvironment, after: PythonEnvironment): SectionDifference[] {
  const hooks = compare(before.hooks ?? [], after.hooks ?? [], ({ path, effect }) => `${effect} ${path}`);
  const what = ({ path }: StartUpHook) => ({ kind: 'code' as const, name: path, where: after.path });
  return [
    ...hooks.appeared.map((hook) => appeared({ ...what(hook), after: hook.effect })),
    ...hooks.left.map((hook) => left({ ...what(hook), before: hook.effect })),
  ];
}

/** A package that stands once on both sides was upgraded, wherever it stands; copies beside each other are told apart by their directory. */
function diffPackages(before: PythonEnvironment, after: PythonEnvironment): SectionDifference[] {
  const copies = (list: readonly PythonPackage[], name: string) =>
    list.filter((item) => item.name === name).length;
  const keyOf = ({ name, location }: PythonPackage) =>
    copies(before.packages, name) > 1 || copies(after.packages, name) > 1 ? `${name} ${location}` : name;
  const packages = compare(before.packages, after.packages, keyOf);
  const where = after.path;
  const titled = ({ name, version }: PythonPackage) => (version === null ? name : `${name} ${version}`);
  return [
    ...packages.appeared.map((item) => appeared({ kind: 'package', name: titled(item), where })),
    ...packages.left.map((item) => left({ kind: 'package', name: titled(item), where })),
    ...packages.both.flatMap(([was, is]) => {
      const about = { kind: 'package' as const, name: is.name, where };
      const upgrade = changedFact(about, was.version, is.version);
      return upgrade.length > 0 ? upgrade : changedFact(about, was.location, is.location);
    }),
  ];
}
