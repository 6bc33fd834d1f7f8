import { expect, it } from 'vitest';
import { readSystemFacts, readSystemFactsAgain } from './index.ts';

it('asks no program again while nothing changed, and does after an hour, or on another machine', async () => {
  const first = await readSystemFactsAgain(null);
  expect(first.section).toEqual((await readSystemFacts()).section);
  const { known } = first;
  if (known === null) throw new Error(`not everything was had: ${first.problems.join(', ')}`);
  // What it says shows whether it was taken over.
  const marked = { ...known, section: { ...known.section, hostname: 'taken-over' } };

  const again = await readSystemFactsAgain(JSON.parse(JSON.stringify(marked)) as typeof marked);
  expect(again).toEqual({ section: marked.section, problems: [], known: marked });

  for (const other of [
    { ...marked, at: marked.at - 3_700_000 },
    { ...marked, at: marked.at + 3_600_000 },
    { ...marked, of: '[]' },
  ])
    expect((await readSystemFactsAgain(other)).section).toEqual(first.section);
}, 60_000);
