import tls from 'node:tls';

const TLS_CODES = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
];

/** The TLS verification code in npm's output, or undefined where npm failed for another reason. */
export function tlsFailureIn(npmOutput) {
  return TLS_CODES.find((code) => npmOutput.includes(code));
}

/** host and port of the registry that npm spoke to, from its output; npm prints the URL that failed. */
export function registryIn(npmOutput) {
  const url = /https:\/\/[^\s'"]+/.exec(npmOutput)?.[0];
  if (!url) return undefined;
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 443) };
}

/**
 * The issuer of the certificate that a host presents, without ever trusting it: verification stays on, and the
 * certificate is read in the moment before Node rejects it. Nothing is sent. Resolves undefined when the host
 * cannot be reached within `timeoutMs`.
 */
export function presentedIssuer({ host, port }, timeoutMs = 5000) {
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port, servername: host });
    let issuer;
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(issuer);
    };
    const timer = setTimeout(finish, timeoutMs);
    // 'secure' comes before Node's own check of the peer rejects the connection and drops the certificate.
    socket.prependListener('secure', () => {
      const subject = socket.getPeerCertificate().issuer;
      issuer = subject && (subject.O ? `${subject.CN} (${subject.O})` : subject.CN);
    });
    socket.on('secureConnect', finish);
    socket.on('error', finish);
  });
}

/** One clear sentence for a person whose `npm ci` failed; never advises to switch verification off. */
export async function explainNpmFailure(npmOutput, findIssuer = presentedIssuer) {
  const code = tlsFailureIn(npmOutput);
  if (!code) return `Installing the packages failed; npm said:\n${npmErrorLines(npmOutput)}`;
  const registry = registryIn(npmOutput);
  const issuer = registry && (await findIssuer(registry));
  const who = issuer ? `its certificate was issued by "${issuer}"` : 'its issuer could not be read';
  return (
    `npm could not verify the package registry${registry ? ` ${registry.host}` : ''} (${code}): ${who}. ` +
    'If that is the TLS inspection of your network, save its root certificate as a PEM file and set ' +
    'NODE_EXTRA_CA_CERTS=/path/to/root.pem, or run: npm config set cafile /path/to/root.pem'
  );
}

/** npm's own reason stands first, before pages of usage and the path of its log. */
function npmErrorLines(npmOutput) {
  const errors = npmOutput.split('\n').filter((line) => /^npm (error|ERR!)/.test(line));
  return (errors.length > 0 ? errors : npmOutput.trim().split('\n')).slice(0, 8).join('\n');
}
