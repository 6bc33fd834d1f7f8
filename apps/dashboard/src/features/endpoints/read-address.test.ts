import { expect, it } from 'vitest';
import { addressText } from '../../components/address-text.ts';
import { readAddress } from './read-address.ts';

it.each([
  ['studio.example', 'studio.example', 443],
  [' Studio.Example ', 'studio.example', 443],
  ['studio.example:8443', 'studio.example', 8443],
  ['https://studio.example/page/1?a=b#c', 'studio.example', 443],
  ['https://studio.example:8443/', 'studio.example', 8443],
  ['10.1.2.3:443', '10.1.2.3', 443],
  ['[2001:db8::1]:8443', '2001:db8::1', 8443],
  ['::1', '::1', 443],
])('%j is %s, port %i', (text, host, port) => {
  expect(readAddress(text)).toEqual({ host, port });
  expect(readAddress(addressText(host, port))).toEqual({ host, port });
});

it.each([
  '',
  ' ',
  'https://',
  'studio.example:',
  'studio.example:0',
  'studio.example:70000',
  'studio.example:abc',
  'user@studio.example',
  'a b',
  'studio..example',
  '[::1',
  '300.1.1.1',
  '스튜디오.example',
])('%j is none', (text) => {
  expect(readAddress(text)).toBeNull();
});
