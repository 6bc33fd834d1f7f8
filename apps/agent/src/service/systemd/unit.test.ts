import { describe, expect, it } from 'vitest';
import { unitText, type UnitRequest } from './unit.ts';

const REQUEST: UnitRequest = {
  program: '/opt/trustfleet/bin/trustfleet-agent',
  places: { stateDir: '/var/lib/trustfleet-agent', allowList: '/etc/trustfleet/allow-list.json' },
  systemdVersion: 252,
};
/** Values by name; a name that stands twice would have two. */
function values(request: UnitRequest): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of unitText(request).split('\n')) {
    const at = line.indexOf('=');
    if (at < 1 || line.startsWith('#')) continue;
    const name = line.slice(0, at);
    found.set(name, [...(found.get(name) ?? []), line.slice(at + 1)]);
  }
  return found;
}

// What systemd makes of it is judged in tools/packaging, by the real systemd-analyze.
describe('unitText', () => {
  it('starts the installed program with its places, and lets its tools come to their end', () => {
    const unit = values(REQUEST);

    expect(unit.get('ExecStart')).toEqual([
      '/opt/trustfleet/bin/trustfleet-agent run --state-dir /var/lib/trustfleet-agent --allow-list /etc/trustfleet/allow-list.json',
    ]);
    expect(unit.get('KillMode')).toEqual(['mixed']);
    expect(unit.get('StateDirectory')).toEqual(['trustfleet-agent']);
    expect(unit.get('StateDirectoryMode')).toEqual(['0700']);
    // One that is not enrolled would end at once, again and again.
    expect(unit.get('ConditionPathExists')).toEqual(['/var/lib/trustfleet-agent/identity.json']);
    // What is allowed, and then what is not.
    expect(unit.get('SystemCallFilter')).toEqual(['@system-service', '~listen']);
    unit.delete('SystemCallFilter');
    for (const [name, given] of unit) expect(given, name).toHaveLength(1);
  });

  it('slows restarts down where systemd can', () => {
    expect(values(REQUEST).has('RestartSteps')).toBe(false);
    expect(values({ ...REQUEST, systemdVersion: 254 }).get('RestartSteps')).toEqual(['6']);
  });

  it('takes a path literally', () => {
    const stateDir = '/srv/a b%h"$HOME\\x';
    const unit = values({ ...REQUEST, places: { ...REQUEST.places, stateDir } });

    expect(unit.get('ExecStart')?.[0]).toContain('--state-dir "/srv/a b%%h\\"$$HOME\\\\x" --allow-list');
    expect(unit.get('ConditionPathExists')).toEqual(['/srv/a b%%h"$HOME\\x/identity.json']);
    expect(unit.has('StateDirectory')).toBe(false);
    expect(() => unitText({ ...REQUEST, program: '/a\nExecStartPre=/b' })).toThrow(/cannot stand in a unit/);
  });
});
