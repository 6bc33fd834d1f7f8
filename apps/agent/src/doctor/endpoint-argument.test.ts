import { configuredEndpoint } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint-argument.ts';

describe('parseEndpoint', () => {
  it.each([
    ['studio.shotgrid.autodesk.com', 'studio.shotgrid.autodesk.com', 443, 'studio.shotgrid.autodesk.com:443'],
    ['localhost:8443', 'localhost', 8443, 'localhost:8443'],
    ['https://studio.example:8443/projects?x=1', 'studio.example', 8443, 'studio.example:8443'],
    ['127.0.0.1:1', '127.0.0.1', 1, '127.0.0.1:1'],
    ['[::1]:8443', '::1', 8443, '[::1]:8443'],
    ['[::1]', '::1', 443, '[::1]:443'],
    ['::1', '::1', 443, '[::1]:443'],
  ])('%s', (text, ...[host, port, name]) => {
    const endpoint = parseEndpoint(text);

    expect(endpoint).toMatchObject({ host, port, name, clients: [] });
    expect(configuredEndpoint.parse(endpoint)).toEqual(endpoint);
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  it.each([
    '',
    ':443',
    'host:',
    'host:0',
    'host:65536',
    'host:4x',
    'http://host',
    'a b',
    '-x',
    '[::1',
    'host:1:2:z',
    'https://',
  ])('%j is none', (text) => {
    expect(parseEndpoint(text)).toBeNull();
  });
});
