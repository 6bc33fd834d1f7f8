// `npm run openapi`: writes apps/server/openapi.json from the controllers and their schemas.
import { writeFile } from 'node:fs/promises';
import { openApiText } from './generate.ts';

await writeFile(new URL('../../openapi.json', import.meta.url), await openApiText());
