import { clip, type CodeFinding, type VerdictsSection } from '@trustfleet/protocol';
import { findingKey } from '../../finding-key.ts';
import type { CodeDecidesPolicy, FindingSeverity, HostFacts, PolicyFinding } from '../../types.ts';
import { mostFindings } from '../most-findings.ts';

const MAX_TEXT = 512;
/** Endpoints that one finding names. */
const MOST_ENDPOINTS = 10;
/** The program cannot load the file at all. A single root, or an old list, is enough for some servers. */
const FATAL: readonly CodeFinding['problem'][] = ['missing', 'unreadable', 'notPem'];

export function evaluate(_parameters: CodeDecidesPolicy['parameters'], facts: HostFacts): PolicyFinding[] {
  const failing = failingByTarget(facts);
  const found = withOrdinals(facts.code?.findings ?? []).flatMap(({ finding, ordinal }) => {
    const endpoints = finding.target === null ? [] : [...(failing.get(finding.target) ?? [])].sort();
    return breaks(finding, endpoints) ? [findingOf(finding, ordinal, endpoints)] : [];
  });
  return mostFindings('codeDecides', found, (more) => ({ kind: 'codeLines', more }));
}

/** A silenced warning hides what another line does, and does nothing itself. */
function breaks({ decision, problem }: CodeFinding, endpoints: readonly string[]): boolean {
  if (decision === 'warningSilenced') return false;
  return decision === 'verificationOff' || problem !== null || endpoints.length > 0;
}

/** Names of endpoints at which calls that trust a file fail for that, by the file (decision 0011). */
function failingByTarget({ verdicts, configuredEndpoints = [] }: HostFacts): Map<string, Set<string>> {
  const names = new Map(configuredEndpoints.map(({ id, name }) => [id, name]));
  const targets = targetsOf(verdicts);
  const failing = new Map<string, Set<string>>();
  for (const { source, endpoint, cause } of verdicts?.verdicts ?? []) {
    const target = targets.get(source);
    const name = names.get(endpoint);
    if (cause !== 'trustedInCode' || target === undefined || name === undefined) continue;
    failing.set(target, (failing.get(target) ?? new Set()).add(name));
  }
  return failing;
}

function targetsOf(verdicts: VerdictsSection | undefined): Map<string, string> {
  return new Map(
    (verdicts?.sources ?? []).flatMap(({ id, code, steps }) => {
      const target = steps.find(({ kind }) => kind === 'argument')?.value ?? null;
      return (code ?? null) === null || target === null ? [] : [[id, target] as const];
    }),
  );
}

interface Numbered {
  readonly finding: CodeFinding;
  /** Which of those in the same file that say the same: lines move. */
  readonly ordinal: string;
}

function withOrdinals(findings: readonly CodeFinding[]): Numbered[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const { path, decision, rule, target } = finding;
    const key = JSON.stringify([path, decision, rule, target]);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return { finding, ordinal: JSON.stringify([key, before]) };
  });
}

function findingOf(
  { path, line, decision, rule: by, text, target, problem }: CodeFinding,
  ordinal: string,
  endpoints: readonly string[],
): PolicyFinding {
  const rule = 'codeDecides';
  const off = decision === 'verificationOff';
  const severity: FindingSeverity =
    !off && (FATAL.includes(problem) || endpoints.length > 0) ? 'blocker' : 'warning';
  return {
    key: findingKey({ rule, kind: 'code', subject: ordinal, anchor: null }),
    rule,
    cause: off ? 'verificationOff' : 'trustedInCode',
    severity,
    subject: { kind: 'code', path, line },
    anchor: null,
    evidence: {
      by,
      text: clip(text, MAX_TEXT),
      ...(target === null ? {} : { value: clip(target, MAX_TEXT) }),
      ...(problem === null ? {} : { problem }),
      ...(endpoints.length === 0
        ? {}
        : { endpoints: clip(endpoints.slice(0, MOST_ENDPOINTS).join(', '), MAX_TEXT) }),
    },
  };
}
