import type { SystemSection } from '@trustfleet/protocol';
import { columns, plain } from '@trustfleet/terminal';

const GIB = 1024 ** 3;

/** Name, operating system and hardware. */
export function renderSystem(system: SystemSection): string[] {
  const { os, cpu } = system;
  const model = [system.manufacturer, system.model].filter((part) => part !== null).join(' ');
  const release = [os.distribution, os.release, os.codename === null ? null : `(${os.codename})`]
    .filter((part) => part !== null)
    .join(' ');
  const rows = [
    ['Name', system.hostname],
    ['Operating system', `${release === '' ? os.platform : release}, ${os.architecture}`],
    ['Kernel', os.kernel ?? 'unknown'],
    ['Machine', `${model === '' ? 'unknown' : model}${system.virtual ? ' (virtual)' : ''}`],
    ['Processor', `${cpu.brand ?? 'unknown'}${cpu.cores === null ? '' : `, ${cpu.cores} cores`}`],
    ['Memory', system.memoryBytes === null ? 'unknown' : `${(system.memoryBytes / GIB).toFixed(1)} GiB`],
    ...system.interfaces.map((one, index) => [
      index === 0 ? 'Network' : '',
      `${one.name}${one.mac === null ? '' : `  ${one.mac}`}`,
    ]),
  ];
  return columns(rows.map((row) => row.map(plain)));
}
