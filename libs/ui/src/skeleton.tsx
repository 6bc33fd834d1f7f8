/** Grey bars while the first answer is on its way. `label` is what a screen reader hears. */
export function Skeleton({ label, rows = 6 }: { readonly label: string; readonly rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-3 p-4">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span
          key={index}
          aria-hidden="true"
          className="h-4 animate-pulse rounded bg-sunken"
          style={{ width: `${95 - ((index * 17) % 45)}%` }}
        />
      ))}
    </div>
  );
}
