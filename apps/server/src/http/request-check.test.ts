import { describe, expect, it } from 'vitest';
import { checkRequest, ownOrigins, type RequestFacts } from './request-check.ts';

const origins = ownOrigins({ https: false, port: 4600, publicUrl: new URL('https://trustfleet.example/') });
const base: RequestFacts = {
  method: 'POST',
  host: '127.0.0.1:4600',
  origin: 'http://127.0.0.1:4600',
  fetchSite: 'same-origin',
  privateSocket: false,
};

describe('request check', () => {
  it.each([
    ['own page', {}, null],
    [
      'own page of the public name',
      { host: 'trustfleet.example', origin: 'https://trustfleet.example' },
      null,
    ],
    ['old browser without fetch metadata', { fetchSite: undefined }, null],
    ['another site', { origin: 'https://evil.example', fetchSite: 'cross-site' }, 'foreignOrigin'],
    ['sandboxed frame', { origin: 'null' }, 'foreignOrigin'],
    ['no origin at all', { origin: undefined, fetchSite: undefined }, 'foreignOrigin'],
    [
      'another port of this machine',
      { origin: 'http://127.0.0.1:4601', fetchSite: 'same-site' },
      'foreignOrigin',
    ],
    ['an origin that begins like ours', { origin: 'http://127.0.0.1:46000' }, 'foreignOrigin'],
    ['a lying origin with honest metadata', { fetchSite: 'cross-site' }, 'foreignOrigin'],
    ['a rebound name', { host: 'evil.example:4600', method: 'GET' }, 'unknownHost'],
    ['no host', { host: undefined, method: 'GET' }, 'unknownHost'],
    ['reading from another site', { method: 'GET', origin: 'https://evil.example' }, null],
    ['the private socket', { privateSocket: true, origin: undefined, host: 'localhost' }, null],
    [
      'the private socket with a foreign origin',
      { privateSocket: true, origin: 'https://evil.example' },
      'foreignOrigin',
    ],
  ] as const)('%s', (_name, change, code) => {
    expect(checkRequest({ ...base, ...change }, origins)?.code ?? null).toBe(code);
  });
});
