import { parseBundle, type ParsedBundle } from '@trustfleet/certificates';

/** What a proven artifact holds; a sentence for a person where it is no bundle that every program loads. */
export function readBundle(bytes: Uint8Array): ParsedBundle | string {
  const parsed = parseBundle(bytes);
  const [problem] = parsed.problems;
  if (parsed.state !== 'read' || !parsed.opensslAccepts || problem !== undefined)
    return `The bundle is none that every program loads${problem === undefined ? '' : ` (line ${problem.line}: ${problem.reason})`}.`;
  if (bytes.includes(0x0d)) return 'The bundle has line ends of CR LF, which not every program takes.';
  return parsed;
}
