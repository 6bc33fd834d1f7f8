import { expect, it } from 'vitest';
import { defaultPlaces } from './default-places.ts';

it('keeps to the places of Linux and macOS, whatever the environment says', () => {
  const places = {
    stateDir: '/var/lib/trustfleet-agent',
    allowList: '/etc/trustfleet/allow-list.json',
    scanSettings: '/etc/trustfleet/scan.json',
  };

  expect(defaultPlaces('linux', { ProgramData: 'C:\\x' })).toEqual(places);
  expect(defaultPlaces('darwin', {})).toEqual(places);
});

it.each([
  [{ ProgramData: 'D:\\Data' }, 'D:\\Data'],
  [{ PROGRAMDATA: 'D:\\Data\\' }, 'D:\\Data'],
  [{ ProgramData: 'D:/Data' }, 'D:\\Data'],
  [{}, 'C:\\ProgramData'],
  [{ ProgramData: '' }, 'C:\\ProgramData'],
  [{ ProgramData: '\\\\nas\\share' }, 'C:\\ProgramData'],
  [{ ProgramData: 'Data' }, 'C:\\ProgramData'],
])('Windows: below %%ProgramData%% (%j: %s)', (env, base) => {
  expect(defaultPlaces('win32', env)).toEqual({
    stateDir: `${base}\\Trustfleet\\Agent`,
    allowList: `${base}\\Trustfleet\\allow-list.json`,
    scanSettings: `${base}\\Trustfleet\\scan.json`,
  });
});
