import type { Clock } from '../../lib/clock.ts';
import type { QueueName } from '../../lib/storage/queues.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import type { Coverage } from './coverage.ts';
import type { PortCall } from './port-call.ts';
import type { Task } from './task.ts';
import type { Truth } from './truth.ts';
import { JobWatch } from './watches/job-watch.ts';
import { LeaseWatch } from './watches/lease-watch.ts';
import { PublishWatch } from './watches/publish-watch.ts';
import type { RowWrite } from './watches/row-write.ts';
import { RunWatch } from './watches/run-watch.ts';
import { holdsSecret } from './watches/secrets.ts';
import { SeenRows } from './watches/seen-rows.ts';
import { TargetWatch } from './watches/target-watch.ts';

/** Sees every effect as it happens, and says at once when one breaks a promise. */
export class Observer {
  readonly violations: string[] = [];
  /** Every message ever sent, for a replay at the end. */
  readonly messages: { readonly queue: QueueName; readonly body: unknown }[] = [];
  /** Writes outside the tables that were asked for. */
  effects = 0;
  readonly publishing: PublishWatch;
  readonly #clock: Clock;
  readonly #leases: LeaseWatch;
  readonly #rows = new SeenRows();
  readonly #watches: readonly { row(write: RowWrite): void }[];

  constructor(options: {
    readonly clock: Clock;
    readonly truth: Truth;
    readonly registry: MemoryRegistry;
    readonly coverage: Coverage;
  }) {
    const { truth, registry, coverage } = options;
    const report = (fault: string) => void this.violations.push(fault);
    const rows = this.#rows;
    this.#clock = options.clock;
    this.#leases = new LeaseWatch(report);
    this.publishing = new PublishWatch(report, truth, rows);
    this.#watches = [
      rows,
      this.#leases,
      new JobWatch(coverage),
      new RunWatch(report, coverage, { registry, rows }),
      new TargetWatch(report, coverage, this.publishing),
    ];
  }

  /** A call is made; whether it comes to pass is another thing. */
  asked(task: Task, call: PortCall<unknown>): void {
    if (call.effect !== undefined) this.effects += 1;
    this.#leases.asked(task, call, this.#clock.now().getTime());
  }

  text(where: string, text: string): void {
    if (holdsSecret(text)) {
      this.violations.push(`a credential in a ${where}: ${text.slice(0, 300)}`);
    }
  }

  message(queue: QueueName, body: unknown): void {
    this.effects += 1;
    this.messages.push({ queue, body: structuredClone(body) });
    this.text('message', JSON.stringify(body));
  }

  row(write: RowWrite): void {
    this.text('row', JSON.stringify(write.after));
    for (const watch of this.#watches) watch.row(write);
  }
}
