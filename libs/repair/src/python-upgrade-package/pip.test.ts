import { expect, it } from 'vitest';
import { withoutCredentials } from './pip.ts';

it.each([
  [
    'Looking in indexes: https://ana:pass@pypi.example/simple',
    'Looking in indexes: https://***@pypi.example/simple',
  ],
  ['https://ana:p@ss@pypi.example/simple', 'https://***@pypi.example/simple'],
  ['http://token@one/a, http://:x@two/b', 'http://***@one/a, http://***@two/b'],
  ['https://pypi.example/simple/@scope/ana@example', 'https://pypi.example/simple/@scope/ana@example'],
])('%s is told without what opens an index', (said, told) => {
  expect(withoutCredentials(said)).toBe(told);
});
