import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { ThinnedLog } from './thinned-log.ts';

it('writes the first ones, then at 8, 16, 32 …, with the number', () => {
  const lines: string[] = [];
  const log = new ThinnedLog(
    createLogger('info', { write: (line) => void lines.push(line) }),
    'it floods',
    3,
  );

  for (let n = 1; n <= 100; n += 1) log.warn({ hostId: `h${n}` });

  const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(written.map(({ sinceStart }) => sinceStart)).toEqual([1, 2, 3, 4, 8, 16, 32, 64]);
  expect(written[4]).toMatchObject({ msg: 'it floods', hostId: 'h8' });
});
