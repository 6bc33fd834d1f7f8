import { isAtLeast, isBefore, type VersionNumber } from '../version-number.ts';

/** What is known of one pip and of what it is asked. */
export interface PipAsked {
  readonly pip: VersionNumber;
  readonly python: VersionNumber;
  /** The package beside it, which pip brings itself from 23.3 on. */
  readonly truststoreInstalled: boolean;
  /** Words of `--use-feature` and `--use-deprecated`, from variables and configuration files. */
  readonly features: readonly string[];
  readonly deprecated: readonly string[];
}

/**
 * Why this pip does not start with what it is asked, so that nothing is fetched at all; null where it does. Measured with pip 18.1, 20.3.4,
 * 22.0.4, 23.0.1, 23.2.1, 23.3.2, 24.1.2, 24.2 and 25.0.1.
 */
export function refusedOption(asked: PipAsked): string | null {
  const { pip, features, deprecated } = asked;
  // Before 20.2 and 20.3 there were no such options, and a variable of an unknown one says nothing to pip.
  if (isBefore(pip, [20, 2]) || isAtLeast(pip, [24, 2])) return null;
  if (isAtLeast(pip, [20, 3]) && deprecated.includes('legacy-certs'))
    return "option use-deprecated: invalid choice: 'legacy-certs'";
  return features.includes('truststore') ? refusedTruststore(asked) : null;
}

/** Of 20.2 – 24.1; later ones take the word and need it no more. */
function refusedTruststore({ pip, python, truststoreInstalled }: PipAsked): string | null {
  if (isBefore(pip, [22, 2])) return "option use-feature: invalid choice: 'truststore'";
  if (isBefore(python, [3, 10])) return 'The truststore feature is only available for Python 3.10+';
  if (truststoreInstalled || isAtLeast(pip, [23, 3])) return null;
  return "To use the truststore feature, 'truststore' must be installed into pip's current environment.";
}
