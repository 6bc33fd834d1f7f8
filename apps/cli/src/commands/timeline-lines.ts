import type { FindingView, SectionDifference, TimelineEntry } from '@trustfleet/api';
import { plain } from '@trustfleet/terminal';

const SIGN = { appeared: '+', left: '-', changed: '~' } as const;

function differenceLine({ change, kind, name, where, before, after }: SectionDifference): string {
  const values = before === null && after === null ? '' : `: ${plain(before ?? '')} → ${plain(after ?? '')}`;
  const place = where === null ? '' : ` in ${plain(where)}`;
  return `    ${SIGN[change]} ${kind} ${plain(name)}${place}${values}`;
}

const findingText = ({ cause, anchor }: FindingView): string =>
  anchor === null ? plain(cause) : `${plain(cause)} ${plain(anchor.name)}`;

type Entry<Kind extends TimelineEntry['kind']> = Extract<TimelineEntry, { kind: Kind }>;

function sectionLines(entry: Entry<'section'>): string[] {
  const by = entry.jobId === null ? '' : ` by job ${entry.jobId}`;
  return [
    `${plain(entry.name)} ${entry.fromDigest === null ? 'first seen' : 'changed'}${by}`,
    ...entry.differences.map(differenceLine),
    ...(entry.more > 0 ? [`    … and ${entry.more} more`] : []),
  ];
}

/** First line without its time, then what belongs to it. */
const LINES: { readonly [Kind in TimelineEntry['kind']]: (entry: Entry<Kind>) => string[] } = {
  enrolled: () => ['enrolled'],
  revoked: () => ['revoked'],
  quarantined: ({ reason }) => [`held: ${plain(reason)}`],
  section: sectionLines,
  job: ({ job }) => [`job ${job.id} ${job.state}: ${plain(job.title)} (${job.mode})`],
  findingOpened: ({ finding }) => [`finding: ${findingText(finding)}`],
  findingClosed: ({ finding }) => [`mended: ${findingText(finding)}`],
};

/** One entry of a host's timeline for the terminal. */
export function entryLines(entry: TimelineEntry): string[] {
  // The table has one function for each kind; TypeScript cannot tie the two halves of a union together.
  const lines = LINES[entry.kind] as (entry: TimelineEntry) => string[];
  const [first = '', ...rest] = lines(entry);
  return [`${entry.at}  ${first}`, ...rest];
}
