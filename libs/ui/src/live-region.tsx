/** Says changes aloud without taking the focus. Keep it mounted; change `message`. */
export function LiveRegion({ message }: { readonly message: string }) {
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      {message}
    </div>
  );
}
