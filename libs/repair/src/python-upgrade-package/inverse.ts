import { z } from 'zod';

const account = z.looseObject({ uid: z.int(), gid: z.int() });

/** How a change of a distribution is taken back; kept in the journal. */
export const distributionInverse = z.looseObject({
  kind: z.literal('distribution'),
  /** The site-packages, and whose rights change it; null for the agent's own. */
  base: z.string(),
  account: account.nullable(),
  name: z.string(),
  token: z.string(),
  /** What stood there: `packTree`. */
  previous: z.string(),
  previousVersion: z.string().nullable(),
  /** Lines of what the run puts there, see `standingOf`: files are touched again only while each is one of these or was there before. */
  written: z.array(z.string()),
  /** Name of the metadata directory in which pip adds files of its own. */
  distInfo: z.string(),
  /** Names with which pip marks what it sets aside, that were there before. */
  leftovers: z.array(z.string()),
});
export type DistributionInverse = z.infer<typeof distributionInverse>;
