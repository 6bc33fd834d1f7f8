import { describe, expect, it } from 'vitest';
import { createFileAccess, type AccessParts } from './index.ts';

const PRIVATE = 'O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
const PROGRAM_DATA =
  'O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;DCLCRPCR;;;BU)(A;OICI;0x1200a9;;;BU)';
const PERSON = 'S-1-5-21-1-2-3-1001';

interface Disk {
  readonly sddl: Map<string, string>;
  readonly links?: readonly string[];
  readonly administrator?: boolean;
  /** Makes no folder. */
  readonly refuses?: boolean;
}

/** A disk of names and access lists. */
function access({
  sddl,
  links = [],
  administrator = true,
  refuses = false,
}: Disk): ReturnType<typeof createFileAccess> {
  const parts: AccessParts = {
    calls: {
      sddlOf: (path) => sddl.get(path) ?? null,
      ownSid: () => PERSON,
      isAdministrator: () => administrator,
      makeDirectory(path, text) {
        if (refuses || sddl.has(path)) return false;
        sddl.set(path, text);
        return true;
      },
    },
    look(path) {
      if (sddl.has(path)) return Promise.resolve({ isSymbolicLink: () => links.includes(path) });
      return Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' }));
    },
  };
  return createFileAccess(parts);
}
const disk = (...more: [string, string][]): Map<string, string> =>
  new Map([['C:\\', 'O:SYD:(A;;FA;;;SY)(A;;LC;;;AU)'], ['C:\\ProgramData', PROGRAM_DATA], ...more]);

describe('makePrivateDirectory', () => {
  it('makes it for the masters of the machine alone; above it everybody may read', async () => {
    const sddl = disk();
    await access({ sddl }).makePrivateDirectory('C:\\ProgramData\\Trustfleet\\Agent');

    expect([...sddl].slice(2)).toEqual([
      ['C:\\ProgramData\\Trustfleet', 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)'],
      ['C:\\ProgramData\\Trustfleet\\Agent', 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'],
    ]);
    expect(await access({ sddl }).problem('C:\\ProgramData\\Trustfleet\\Agent', 'secret')).toBeNull();
  });

  it('somebody without their rights gets a folder of their own', async () => {
    const sddl = disk();
    await access({ sddl, administrator: false }).makePrivateDirectory('C:\\ProgramData\\x');

    expect(sddl.get('C:\\ProgramData\\x')).toBe(`D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${PERSON})`);
  });

  it('leaves one that is there as it is, and says when none could be made', async () => {
    const sddl = disk(['C:\\ProgramData\\x', PRIVATE]);
    await access({ sddl, refuses: true }).makePrivateDirectory('C:\\ProgramData\\x');

    expect(sddl.get('C:\\ProgramData\\x')).toBe(PRIVATE);
    await expect(access({ sddl, refuses: true }).makePrivateDirectory('C:\\other')).rejects.toThrow(
      /C:\\other could not be made/,
    );
  });
});

describe('problem', () => {
  it('looks at every folder above', async () => {
    const sddl = disk(
      ['C:\\ProgramData\\t', `O:${PERSON}1D:(A;;FA;;;SY)`],
      ['C:\\ProgramData\\t\\a', PRIVATE],
    );

    expect(await access({ sddl }).problem('C:\\ProgramData\\t\\a', 'write')).toMatch(
      /^C:\\ProgramData\\t belongs to S-1-5-21-1-2-3-10011/,
    );
  });

  it('an access list that cannot be read is a problem, and so is a link on the way', async () => {
    const sddl = disk(['C:\\ProgramData\\t', PRIVATE], ['C:\\ProgramData\\t\\a', 'rubbish']);

    expect(await access({ sddl }).problem('C:\\ProgramData\\t\\a', 'write')).toMatch(/cannot be told/);
    expect(
      await access({ sddl, links: ['C:\\ProgramData\\t'] }).problem('C:/ProgramData/t', 'write'),
    ).toMatch(/^C:\\ProgramData\\t is a link/);
    expect(await access({ sddl }).problem('\\\\nas\\t', 'write')).toMatch(/network share/);
  });
});
