import type { Clock } from '../../lib/clock.ts';
import type { GroupAnswer, GroupName, GroupSpec } from '../../lib/containers/container-groups.ts';
import type { QueueName } from '../../lib/storage/queues.ts';
import type { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import type { AnyQueueName } from '../fakes/memory-queues.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import type { Coverage } from './coverage.ts';
import type { PortCall } from './port-call.ts';
import type { Task } from './task.ts';
import type { Truth } from './truth.ts';
import { BuilderWatch } from './watches/builder-watch.ts';
import { CancelWatch } from './watches/cancel-watch.ts';
import { ClaimWatch } from './watches/claim-watch.ts';
import { ContainerWatch } from './watches/container-watch.ts';
import { FindingsWatch } from './watches/findings-watch.ts';
import { InventoryWatch } from './watches/inventory-watch.ts';
import { JobWatch } from './watches/job-watch.ts';
import { LeaseWatch } from './watches/lease-watch.ts';
import { PublishWatch } from './watches/publish-watch.ts';
import type { RowWrite } from './watches/row-write.ts';
import { RunWatch } from './watches/run-watch.ts';
import { holdsSecret } from './watches/secrets.ts';
import { SeenRows } from './watches/seen-rows.ts';
import { StorageWatch } from './watches/storage-watch.ts';
import { TargetWatch } from './watches/target-watch.ts';
import { ThrottleWatch } from './watches/throttle-watch.ts';
import { TransitionWatch } from './watches/transition-watch.ts';

export interface Observed {
  readonly clock: Clock;
  readonly truth: Truth;
  readonly registry: MemoryRegistry;
  readonly groups: MemoryContainerGroups;
  readonly coverage: Coverage;
}

/** Sees every effect as it happens and reports each violation of an invariant. */
export class Observer {
  readonly violations: string[] = [];
  /** Every message that was sent, for a replay at the end. */
  readonly messages: { readonly queue: QueueName; readonly body: unknown }[] = [];
  /** Messages that failed too often. */
  readonly poison: { readonly queue: AnyQueueName; readonly body: unknown }[] = [];
  /** Requested writes outside the tables. */
  effects = 0;
  readonly publishing: PublishWatch;
  readonly storage = new StorageWatch();
  readonly #now: () => number;
  readonly #truth: Truth;
  readonly #leases: LeaseWatch;
  readonly #throttle: ThrottleWatch;
  readonly #claims: ClaimWatch;
  readonly #cancels: CancelWatch;
  readonly #builders: BuilderWatch;
  readonly #jobs: JobWatch;
  readonly #watches: readonly { row(write: RowWrite): void }[];

  constructor({ clock, truth, registry, groups, coverage }: Observed) {
    const report = (fault: string) => void this.violations.push(fault);
    const rows = new SeenRows();
    this.#now = () => clock.now().getTime();
    this.#truth = truth;
    this.publishing = new PublishWatch(report, truth, rows);
    this.#leases = new LeaseWatch(report);
    this.#throttle = new ThrottleWatch(report, this.#now);
    this.#claims = new ClaimWatch(report, coverage, rows, this.#now);
    this.#cancels = new CancelWatch(report, this.#now);
    this.#builders = new BuilderWatch(report, this.#now);
    this.#jobs = new JobWatch(report, { groups, throttle: this.#throttle });
    this.#watches = [
      rows,
      new TransitionWatch(report, coverage),
      this.#leases,
      this.#throttle,
      this.#cancels,
      this.#builders,
      new ContainerWatch(report, { groups, rows, now: this.#now }),
      this.#jobs,
      new RunWatch(report, coverage, { registry, rows }),
      new TargetWatch(report, coverage, this.publishing),
      new InventoryWatch(report, this.publishing),
      new FindingsWatch(report),
    ];
  }

  /** Sees a call before its outcome is known. */
  asked(task: Task, call: PortCall<unknown>): void {
    if (call.effect !== undefined) this.effects += 1;
    this.#leases.asked(task, call, this.#now());
  }

  groupAsked(task: Task, spec: GroupSpec): void {
    this.#throttle.groupAsked(task);
    this.#claims.groupAsked(spec);
    this.#cancels.groupAsked(task, spec);
    this.#builders.groupAsked(task, spec);
  }

  groupAnswered(task: Task, answer: GroupAnswer): void {
    this.#throttle.groupAnswered(task, answer);
  }

  deletionAsked(name: GroupName): void {
    this.#jobs.deletionAsked(name);
  }

  text(where: string, text: string): void {
    if (holdsSecret(text)) {
      this.violations.push(`a credential in a ${where}: ${text.slice(0, 300)}`);
    }
  }

  /** Checks content that the app stores. */
  blob(name: string, bytes: Uint8Array): void {
    this.text('blob', `${name} ${Buffer.from(bytes).toString('utf8')}`);
    if (this.#truth.isAltered(bytes)) {
      this.violations.push(`${name} does not match its checksum`);
    }
  }

  message(queue: QueueName, body: unknown): void {
    this.effects += 1;
    this.messages.push({ queue, body: structuredClone(body) });
    this.text('message', JSON.stringify(body));
  }

  /** Reports what is wrong with the deletion of a row. */
  deleted(faults: readonly string[]): void {
    this.violations.push(...faults);
  }

  row(write: RowWrite): void {
    this.text('row', JSON.stringify(write.after));
    for (const watch of this.#watches) watch.row(write);
  }
}
