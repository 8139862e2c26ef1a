import { TRANSITIONS } from './allowed-transitions.ts';
import { FAULTS, type Fault } from './fault-kinds.ts';

/** Endings that occur only in runs with little time or quota. */
const ENDINGS = ['failed run-deadline', 'failed quota', 'failed network-not-ready'] as const;

/** Counts the faults, transitions and endings of the simulated runs. */
export class Coverage {
  readonly faults = new Map<Fault, number>();
  readonly transitions = new Map<string, number>();
  readonly reasons = new Map<string, number>();

  fault(fault: Fault): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }

  transition(name: string): void {
    this.transitions.set(name, (this.transitions.get(name) ?? 0) + 1);
  }

  reason(name: string): void {
    this.reasons.set(name, (this.reasons.get(name) ?? 0) + 1);
  }

  add(other: CoverageCounts): void {
    for (const kind of ['faults', 'transitions', 'reasons'] as const) {
      const mine: Map<string, number> = this[kind];
      for (const [name, count] of Object.entries(other[kind])) {
        mine.set(name, (mine.get(name) ?? 0) + count);
      }
    }
  }

  counts(): CoverageCounts {
    return {
      faults: Object.fromEntries(this.faults),
      transitions: Object.fromEntries(this.transitions),
      reasons: Object.fromEntries(this.reasons),
    };
  }

  /** Returns the fault kinds, transitions and endings that never occurred. */
  missing(): readonly string[] {
    const faults = FAULTS.filter((fault) => !this.faults.has(fault));
    const unseen = [...TRANSITIONS].filter((name) => !this.transitions.has(name));
    const endings = ENDINGS.filter((name) => !this.reasons.has(name));
    return [...faults, ...unseen, ...endings];
  }

  /** The number of fault kinds, transitions and endings. */
  static get total(): number {
    return FAULTS.length + TRANSITIONS.size + ENDINGS.length;
  }
}

export interface CoverageCounts {
  readonly faults: Readonly<Record<string, number>>;
  readonly transitions: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}
