import { readFile } from 'node:fs/promises';
import { API_ROUTES } from '@trustfleet/api';
import { expect, it } from 'vitest';
import { generateOpenApi, openApiText } from './generate.ts';

it('is what is committed (npm run openapi writes it)', async () => {
  expect(await openApiText()).toBe(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'));
});

it('has every route of libs/api', async () => {
  const documented = new Set(
    Object.keys((await generateOpenApi()).paths).map((path) => path.replace(/\{[^}]+\}/g, 'X')),
  );
  const routes = Object.values(API_ROUTES).map((route) =>
    typeof route === 'string' ? route : route('X', 'X'),
  );

  expect(routes.filter((route) => !documented.has(route))).toEqual([]);
});
