import type { CertificateFactsView } from '../../components/certificate-facts.tsx';

/** The certificate that an order adds, and how the API is told which one. */
export interface AnchorSource {
  readonly certificate: CertificateFactsView;
  readonly reference: { readonly anchorSha256: string } | { readonly anchorPem: string };
}
