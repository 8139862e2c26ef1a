import { allTransitions } from '../../lib/pipeline/target-states.ts';
import { FAULTS, type Fault } from './fault-kinds.ts';

/** The ways of a job from one state to another: each must have been seen. */
export const JOB_TRANSITIONS = [
  'waiting → ready',
  'ready → launching',
  'ready → done',
  'ready → lost',
  'launching → running',
  'launching → ready',
  'launching → done',
  'launching → lost',
  'running → done',
  'running → lost',
] as const;

/** What the simulated runs have gone through, counted. */
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

  /** What was never seen: fault kinds and transitions. */
  missing(): readonly string[] {
    const faults = FAULTS.filter((fault) => !this.faults.has(fault));
    const wanted = [
      ...allTransitions().map(([from, to]) => `target ${from} → ${to}`),
      ...JOB_TRANSITIONS.map((name) => `job ${name}`),
    ];
    return [...faults, ...wanted.filter((name) => !this.transitions.has(name))];
  }

  /** How much there is to see. */
  static get total(): number {
    return FAULTS.length + allTransitions().length + JOB_TRANSITIONS.length;
  }
}

export interface CoverageCounts {
  readonly faults: Readonly<Record<string, number>>;
  readonly transitions: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}
