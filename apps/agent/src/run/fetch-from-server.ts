import { ArtifactUnavailable, fetchArtifact, type AgentIdentity } from '@trustfleet/agent-link';
import { ArtifactRefusedError, type FetchArtifact } from '@trustfleet/repair';

/** Artifacts from the server that this host goes by at that moment. */
export function fetchFromServer(identity: () => AgentIdentity): FetchArtifact {
  return async function* (wanted) {
    try {
      yield* fetchArtifact({ ...wanted, identity: identity() });
    } catch (error) {
      if (error instanceof ArtifactUnavailable)
        throw new ArtifactRefusedError(error.message, { cause: error });
      throw error;
    }
  };
}
