import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_RIGHTS, parseSddl } from './sddl.ts';

describe('parseSddl', () => {
  it('reads owner and grants, without what is denied', () => {
    expect(
      parseSddl(
        'O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(D;;FA;;;BG)(A;CI;DCLCRPCR;;;BU)(A;OICI;0x1200a9;;;S-1-15-2-1)',
      ),
    ).toEqual({
      owner: 'SY',
      grants: [
        { sid: 'CO', rights: 0x1000_0000, inheritOnly: true },
        { sid: 'BU', rights: 0x116, inheritOnly: false },
        { sid: 'S-1-15-2-1', rights: 0x12_00a9, inheritOnly: false },
      ],
    });
  });

  it('reads conditions with parentheses of their own', () => {
    const found = parseSddl('O:BAD:(XA;;FX;;;WD;(@User.Title=="PM" && (Member_of {SID(BA)})))(A;;FR;;;AU)');

    expect(found?.grants?.map(({ sid }) => sid)).toEqual(['WD', 'AU']);
  });

  it('a list without entries grants nothing, one that is absent everything', () => {
    expect(parseSddl('O:BAG:BAD:P')).toEqual({ owner: 'BA', grants: [] });
    expect(parseSddl('O:BAG:BAD:NO_ACCESS_CONTROL')).toEqual({ owner: 'BA', grants: null });
  });

  it.each(['0xzz', 'F', 'QQ', 'FRQQ', '0x123456789', '123'])(
    'rights %s that are not understood are all',
    (rights) => {
      expect(parseSddl(`O:BAD:(A;;${rights};;;WD)`)?.grants?.[0]?.rights).toBe(ALL_RIGHTS);
    },
  );

  it.each([
    '',
    'O:BA',
    'D:(A;;FA;;;BA)',
    'O:BAG:BA',
    'O:BAD:(A;;FA;;;BA',
    'O:BAD:(A;;FA;;;BA))',
    'O:BAD:(A;;FA;;;BA)x(A;;FA;;;BA)',
    'O:BAD:(A;;FA;;;)',
    'O:BAD:(A;;FA;;;somebody)',
    'O:BAD:(??;;FA;;;BA)',
    'O:BAD:(A;I;FA;;;BA)',
    'O:D:(A;;FA;;;BA)',
    `O:BAD:${'(A;;FA;;;BA)'.repeat(6000)}`,
  ])('answers null for what it does not understand: %s', (text) => {
    expect(parseSddl(text)).toBeNull();
  });

  it('never throws, and takes no text for a grant to fewer than it names', () => {
    const sid = fc.constantFrom('SY', 'BA', 'WD', 'AU', 'S-1-5-21-1-2-3-1001');
    const entry = fc.record({
      sid,
      rights: fc.integer({ min: 0, max: 0xffff_ffff }),
      inheritOnly: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry), sid, (grants, owner) => {
        const list = grants.map(
          (one) => `(A;${one.inheritOnly ? 'OICIIO' : 'OICI'};0x${one.rights.toString(16)};;;${one.sid})`,
        );
        expect(parseSddl(`O:${owner}D:AI${list.join('')}`)).toEqual({ owner, grants });
      }),
    );
  });

  it('takes nothing for a descriptor that names no owner', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.startsWith('O:'));
        expect(parseSddl(text)).toBeNull();
      }),
    );
  });
});
