import { describe, expect, it } from 'vitest';
import { accessProblem, chainProblem, type Demand } from './judge.ts';

/*
 * Written down from Windows 10 and 11 as `(Get-Acl PATH).Sddl` shows them in Microsoft's own documents and in the field, the account of
 * a person replaced by S-1-5-21-1-2-3-1001.
 */
const TRUSTED_INSTALLER = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';
const DRIVE = `O:${TRUSTED_INSTALLER}G:${TRUSTED_INSTALLER}D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)`;
const PROGRAM_DATA =
  'O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;DCLCRPCR;;;BU)(A;OICI;0x1200a9;;;BU)';
/** What a folder gets that somebody of the Administrators makes there without more ado. */
const INHERITED =
  'O:BAG:S-1-5-21-1-2-3-513D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)';
const FILE = 'O:BAG:S-1-5-21-1-2-3-513D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)';
const PERSON = 'S-1-5-21-1-2-3-1001';
const OF_A_PERSON = `O:${PERSON}G:S-1-5-21-1-2-3-513D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;${PERSON})(A;ID;0x1200a9;;;BU)`;
const PRIVATE = 'O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
/** What Wine 8 answers for a folder of the account that runs it, whose mode is 0755. */
const WINE = 'O:S-1-5-21-0-0-0-1000D:(A;OICI;FA;;;SY)(A;OICI;FA;;;S-1-5-21-0-0-0-1000)(A;OICI;0x1200a9;;;WD)';

const judge = (sddl: string | null, demand: Demand, ownSid: string | null = null): string | null =>
  accessProblem({ secured: { path: 'C:\\x', sddl }, demand, ownSid });

describe('accessProblem', () => {
  it.each([
    [DRIVE, 'replace'],
    [PROGRAM_DATA, 'replace'],
    [INHERITED, 'replace'],
    [FILE, 'write'],
    [PRIVATE, 'secret'],
    ['O:BAD:(A;;FA;;;OW)', 'secret'],
    ['O:SYD:(D;;FA;;;WD)(A;;FA;;;SY)', 'secret'],
  ] as const)('%s is good enough for %s', (sddl, demand) => {
    expect(judge(sddl, demand)).toBeNull();
  });

  it.each([
    [DRIVE, 'write', /^Authenticated Users may change/],
    [PROGRAM_DATA, 'write', /^Users may change/],
    [INHERITED, 'write', /^Users may change/],
    [FILE, 'secret', /^Users may read or change/],
    [OF_A_PERSON, 'replace', /belongs to S-1-5-21-1-2-3-1001/],
    [`O:BAD:(A;;FA;;;${PERSON})`, 'replace', /^S-1-5-21-1-2-3-1001 may change/],
    ['O:BAD:(A;;DT;;;BU)', 'replace', /^Users may change/],
    ['O:BAD:(A;;SD;;;IU)', 'write', /^INTERACTIVE may change/],
    ['O:BAD:(A;;WD;;;AU)', 'replace', /^Authenticated Users may change/],
    ['O:BAD:(A;;WO;;;AU)', 'replace', /^Authenticated Users may change/],
    ['O:BAD:(A;;GA;;;WD)', 'replace', /^Everyone may change/],
    ['O:BAD:(A;;GW;;;WD)', 'write', /^Everyone may change/],
    ['O:BAD:(A;;GR;;;WD)', 'secret', /^Everyone may read or change/],
    ['O:BAD:(XA;;FW;;;WD;(Exists @User.x))', 'write', /^Everyone may change/],
    ['O:BAD:(A;;0x2;;;S-1-1-0)', 'write', /^S-1-1-0 may change/],
    ['O:BAD:(A;;??;;;WD)', 'replace', /^Everyone may change/],
    ['O:BAD:NO_ACCESS_CONTROL', 'replace', /no access list/],
    ['rubbish', 'replace', /cannot be told/],
    [null, 'replace', /cannot be told/],
  ] as const)('%s is not good enough for %s', (sddl, demand, why) => {
    expect(judge(sddl, demand)).toMatch(why);
  });

  it('trusts the account that asks, and no other of its kind', () => {
    expect(judge(WINE, 'write', 'S-1-5-21-0-0-0-1000')).toBeNull();
    expect(judge(OF_A_PERSON, 'write', PERSON)).toBeNull();
    expect(judge(OF_A_PERSON, 'write', 'S-1-5-21-1-2-3-1002')).toMatch(/belongs to/);
    expect(judge(WINE, 'secret', 'S-1-5-21-0-0-0-1000')).toMatch(/^Everyone may read or change/);
  });
});

describe('chainProblem', () => {
  const chain = (...sddls: (string | null)[]): { path: string; sddl: string | null }[] =>
    sddls.map((sddl, depth) => ({ path: `C:\\${depth}`, sddl }));

  it('a file of the Administrators below ProgramData as Windows sets it up is trusted', () => {
    expect(
      chainProblem(chain(FILE, INHERITED, PROGRAM_DATA, DRIVE), { demand: 'write', ownSid: null }),
    ).toBeNull();
  });

  it.each([
    [chain(OF_A_PERSON, INHERITED, PROGRAM_DATA, DRIVE), /^C:\\0 belongs to/],
    [chain(FILE, OF_A_PERSON, PROGRAM_DATA, DRIVE), /^C:\\1 belongs to/],
    [chain(FILE, INHERITED, 'O:SYD:(A;;FA;;;AU)', DRIVE), /^Authenticated Users may change C:\\2/],
    [chain(FILE, INHERITED, null, DRIVE), /C:\\2/],
  ])('names the first who could put another file there', (secured, why) => {
    expect(chainProblem(secured, { demand: 'write', ownSid: null })).toMatch(why);
  });
});
