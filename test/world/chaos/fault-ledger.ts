/** Counts the faults of a run and reports each as it happens. */
export class FaultLedger {
  readonly #counts = new Map<string, number>();
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** `about`: the place and the kind, for the count. `where`: the exact target. */
  add(about: { readonly place: string; readonly kind: string }, where: string): void {
    const name = `${about.place} ${about.kind}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#tell(`${name}${where === '' ? '' : `: ${where}`}`);
  }

  /** `place kind` → number, sorted by name. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
