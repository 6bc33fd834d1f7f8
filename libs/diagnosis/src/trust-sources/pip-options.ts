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
  const { pip, python, features, deprecated } = asked;
  // Before those there were no such options, and a variable of an unknown one says nothing to pip.
  const knowsFeatures = isAtLeast(pip, [20, 2]);
  const knowsDeprecated = isAtLeast(pip, [20, 3]);
  if (knowsDeprecated && isBefore(pip, [24, 2]) && deprecated.includes('legacy-certs'))
    return "option use-deprecated: invalid choice: 'legacy-certs'";
  if (!knowsFeatures || isAtLeast(pip, [24, 2]) || !features.includes('truststore')) return null;
  if (isBefore(pip, [22, 2])) return "option use-feature: invalid choice: 'truststore'";
  if (isBefore(python, [3, 10])) return 'The truststore feature is only available for Python 3.10+';
  if (asked.truststoreInstalled || isAtLeast(pip, [23, 3])) return null;
  return "To use the truststore feature, 'truststore' must be installed into pip's current environment.";
}
