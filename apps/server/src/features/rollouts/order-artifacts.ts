import type { Artifact, Database } from '@trustfleet/database';
import { ApiProblem } from '../../http/api-problem.ts';

export interface Artifacts {
  readonly artifacts: readonly Artifact[];
}

/**
 * Bytes of what the parameters of an order name by SHA-256.
 * @throws ApiProblem 422 `artifactUnknown` for what the server does not hold
 */
export async function heldArtifacts(
  { artifacts: kept, certificates }: Pick<Database, 'artifacts' | 'certificates'>,
  digests: readonly string[],
): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for (const sha256 of new Set(digests)) {
    const bytes = (await certificates.get(sha256))?.der ?? (await kept.get(sha256))?.bytes;
    if (bytes === undefined)
      throw new ApiProblem({
        status: 422,
        code: 'artifactUnknown',
        message: `The server does not hold what the order names by its SHA-256 ${sha256.slice(0, 16)}…: upload it first.`,
      });
    artifacts.push({ sha256, bytes });
  }
  return artifacts;
}
