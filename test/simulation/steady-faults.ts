import type { CallFault } from './fault-kinds.ts';
import { type FaultPlan, NO_FAULTS } from './fault-plan.ts';
import type { PortCall } from './port-call.ts';
import type { Random } from './random.ts';

/** Faults of services under load, and of the app at the same time. */
const KINDS = [
  'throttled',
  'throttled',
  'server-error',
  'timeout-after-effect',
  'crash-before',
  'crash-after',
] as const satisfies readonly CallFault[];

/** A constant fraction of all calls fails until the faults stop. */
export class SteadyFaults implements FaultPlan {
  readonly #random: Random;
  readonly #share: number;
  readonly world = NO_FAULTS.world;
  readonly course = NO_FAULTS.course;
  readonly worker = NO_FAULTS.worker;

  constructor(random: Random, share: number) {
    this.#random = random;
    this.#share = share;
  }

  call(call: PortCall<unknown>): CallFault | undefined {
    if (!this.#random.chance(this.#share)) return undefined;
    const kind = this.#random.pick(KINDS);
    return kind === 'timeout-after-effect' && !call.writes ? 'server-error' : kind;
  }
}
