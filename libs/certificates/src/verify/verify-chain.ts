import { buildPath } from './build-path.ts';
import { buildPathPresentedFirst } from './build-path-presented-first.ts';
import { checkExtensions } from './check-extensions.ts';
import { checkNameConstraints } from './check-name-constraints.ts';
import { checkLeafKey, checkSecurityLevel } from './check-security-level.ts';
import { nameMismatch, PYTHON_NAME_RULES } from './check-server-name.ts';
import { checkSignatures } from './check-signatures.ts';
import { X509_ERRORS } from './codes.ts';
import type { Objection, Path, PathContext } from './path.ts';
import { pathCertificate } from './path-certificate.ts';
import { rulesOf } from './rules.ts';
import type { NameRules, Verification, VerifyRequest } from './types.ts';

/**
 * Judges a presented chain as OpenSSL's X509_verify_cert does for a TLS client without a callback: the first objection decides. Pure;
 * never throws for what a server sends. Certificates are read once for each `Uint8Array` that holds one, so those must not be changed.
 */
export function verifyChain(request: VerifyRequest): Verification {
  let code = 0;
  let depth = 0;
  const { path } = judge(request, (objection, at) => {
    code = objection;
    depth = at;
    return false;
  });
  return { ok: code === 0, code, depth, path: path.map(({ sha256 }) => sha256) };
}

/** The same with a callback of the caller's own, as Node's goes on whatever comes and keeps the last. */
export function judge(request: VerifyRequest, object: Objection): { readonly path: Path['certificates'] } {
  const presented = request.chain.flatMap((der) => pathCertificate(der) ?? []);
  const [leafDer] = request.chain;
  const leaf = leafDer === undefined ? null : pathCertificate(leafDer);
  if (leaf === null) {
    object(X509_ERRORS.unspecified, 0);
    return { path: [] };
  }
  const path: Path = { certificates: [leaf], untrusted: 1 };
  const context: PathContext = {
    leaf,
    presented,
    anchors: request.anchors,
    at: Math.floor(request.at.getTime() / 1000),
    openssl: request.openssl,
    rules: rulesOf(request.openssl),
    object,
  };
  for (const step of stepsOf(context, request)) if (!step(context, path)) break;
  return { path: path.certificates };
}

type Step = (context: PathContext, path: Path) => boolean;

/** In the order in which each version takes them. */
function stepsOf(
  { rules }: PathContext,
  { serverName, nameRules = PYTHON_NAME_RULES }: VerifyRequest,
): Step[] {
  const name = serverName === null ? [] : [checkName(serverName, nameRules)];
  const [during, afterwards] = nameRules.checked === 'openssl' ? [name, []] : [[], name];
  return rules.presentedFirst
    ? [
        buildPathPresentedFirst,
        checkExtensions,
        checkNameConstraints,
        ...during,
        checkSignatures,
        ...afterwards,
      ]
    : [
        checkLeafKey,
        buildPath,
        checkExtensions,
        checkSecurityLevel,
        ...during,
        checkSignatures,
        checkNameConstraints,
        ...afterwards,
      ];
}

function checkName(serverName: string, rules: NameRules): Step {
  return ({ leaf, object }) => {
    const code = nameMismatch(leaf, serverName, rules);
    return code === 0 || object(code, 0);
  };
}
