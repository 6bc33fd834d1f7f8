import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

it('says nothing when the reader of its output has gone', async () => {
  const child = spawn(process.execPath, ['--conditions=@trustfleet/source', MAIN, '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');

  expect(stderr).toBe('');
  expect(child.exitCode).toBe(1);
});
