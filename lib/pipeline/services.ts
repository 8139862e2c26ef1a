import type { Clock } from '../clock.ts';
import type { ContainerGroups } from '../containers/container-groups.ts';
import type { RepositoryName, Tag } from '../image/reference.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../registry/registry.ts';
import type { Blobs } from '../storage/blobs.ts';
import type { Queues } from '../storage/queues.ts';
import type { TypedTable } from '../storage/typed-table.ts';
import type { BuilderRow } from './records/builder-row.ts';
import type { CancelRow } from './records/cancel-row.ts';
import type { InventoryImageRow, InventoryTagRow } from './records/inventory-row.ts';
import type { JobRow } from './records/job-row.ts';
import type { RunRow } from './records/run-row.ts';
import type { TargetRow } from './records/target-row.ts';
import type { ThrottleRow } from './records/throttle-row.ts';

/** How the pipeline is to behave. Times in seconds. */
export interface PipelineOptions {
  /** The policy document, where it is a setting and not an artifact in the registry. */
  readonly policySetting: string | undefined;
  readonly dryRun: boolean;
  readonly scanWorkerImage: WorkerImage;
  readonly patchWorkerImage: WorkerImage;
  /** Who runs BuildKit: a Confidential group, a remote daemon, or nobody (runs end at assessment). */
  readonly builder:
    | { readonly kind: 'confidential'; readonly region: string }
    | { readonly kind: 'remote'; readonly address: string; readonly tls: BuildkitTls }
    | { readonly kind: 'none' };
  readonly database: { readonly repository: RepositoryName; readonly tag: Tag };
  readonly toolingMirror: RepositoryName;
  readonly extraCa: string | undefined;
  readonly pollSeconds: number;
  readonly tickSeconds: number;
  /** Longer than a function may run, so that a lease that ran out has no living holder. */
  readonly leaseSeconds: number;
  readonly runHours: number;
  readonly maxGroups: number;
  readonly scanBatch: number;
  readonly patchBatch: number;
  readonly maxImageBytes: number;
}

/** Mutual TLS with a remote BuildKit, each PEM. The key is a secret. */
export interface BuildkitTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface WorkerImage {
  readonly repository: RepositoryName;
  /** `repository@sha256:…` */
  readonly reference: string;
}

/** All that the pipeline has of the outside. */
export interface Services {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  readonly groups: ContainerGroups;
  readonly queues: Queues;
  readonly blobs: Blobs;
  readonly runs: TypedTable<RunRow>;
  readonly cancellations: TypedTable<CancelRow>;
  readonly targets: TypedTable<TargetRow>;
  readonly jobs: TypedTable<JobRow>;
  readonly throttles: TypedTable<ThrottleRow>;
  readonly builders: TypedTable<BuilderRow>;
  readonly inventoryTags: TypedTable<InventoryTagRow>;
  readonly inventoryImages: TypedTable<InventoryImageRow>;
  readonly options: PipelineOptions;
}

export function secondsAfter(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
