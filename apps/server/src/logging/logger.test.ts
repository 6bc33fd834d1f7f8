import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

describe('logger', () => {
  it('writes no secret, at any depth that the server logs', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => void lines.push(line) });

    logger.info(
      {
        token: 's3cret',
        headers: { cookie: 's3cret', authorization: 's3cret' },
        request: { body: { password: 's3cret' } },
      },
      'hello',
    );

    expect(lines.join('')).toContain('hello');
    expect(lines.join('')).not.toContain('s3cret');
  });
});
