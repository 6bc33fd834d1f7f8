import type { SectionDifference } from '@trustfleet/api';
import type { SystemSection } from '@trustfleet/protocol';
import { appeared, changedFact, compare, left, textOf } from './difference.ts';

type Interface = SystemSection['interfaces'][number];

/** Facts by their name in the section, e.g. `os.release`; those of a newer agent too. */
export function diffSystem(before: SystemSection, after: SystemSection): SectionDifference[] {
  const [was, is] = [factsOf(before), factsOf(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return [
    ...names.flatMap((name) => changedFact({ kind: 'system', name }, was.get(name), is.get(name))),
    ...diffInterfaces(before.interfaces, after.interfaces),
  ];
}

function factsOf(section: SystemSection): Map<string, string | null> {
  const facts = Object.entries(section).filter(([name]) => name !== 'interfaces');
  return new Map(
    facts.flatMap(([name, value]): [string, string | null][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([part, inner]) => [`${name}.${part}`, textOf(inner)])
        : [[name, textOf(value)]],
    ),
  );
}

function diffInterfaces(before: readonly Interface[], after: readonly Interface[]): SectionDifference[] {
  const interfaces = compare(before, after, ({ name }) => name);
  return [
    ...interfaces.appeared.map(({ name, mac }) => appeared({ kind: 'system', name, after: mac })),
    ...interfaces.left.map(({ name, mac }) => left({ kind: 'system', name, before: mac })),
    ...interfaces.both.flatMap(([was, is]) =>
      changedFact({ kind: 'system', name: is.name }, was.mac, is.mac),
    ),
  ];
}
