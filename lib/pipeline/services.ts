import type { Clock } from '../clock.ts';
import type { ContainerGroups } from '../containers/container-groups.ts';
import type { RepositoryName, Tag } from '../image/reference.ts';
import type { InTurn } from '../in-turn.ts';
import type { Log } from '../log.ts';
import type { PullTokens } from '../registry/pull-tokens.ts';
import type { Registry } from '../registry/registry.ts';
import type { Blobs } from '../storage/blobs.ts';
import type { Queues } from '../storage/queues.ts';
import type { StorageUse } from '../storage/storage-use.ts';
import type { Webhook } from '../webhook/webhook.ts';
import type { Prices } from './records/run-use.ts';
import type { TargetDays } from './records/target-days.ts';
import type { Stores } from './stores/stores.ts';

/** The pipeline's options. */
export interface PipelineOptions {
  /** The policy document, if it is a setting and not an artifact in the registry. */
  readonly policySetting: string | undefined;
  readonly dryRun: boolean;
  /** The name under which this installation marks repositories. Without one, it marks none. */
  readonly installation?: Tag | undefined;
  readonly scanWorkerImage: WorkerImage;
  readonly patchWorkerImage: WorkerImage;
  /**
   * Where build steps run: in a Standard group, in a privileged Confidential one, or in a remote
   * daemon. With `none`, targets end after their assessment.
   */
  readonly builder:
    | { readonly kind: 'standard' }
    | { readonly kind: 'confidential' }
    | { readonly kind: 'remote'; readonly address: string; readonly tls: BuildkitTls }
    | { readonly kind: 'none' };
  readonly database: { readonly repository: RepositoryName; readonly tag: Tag };
  /** Age in days from which a run warns of its vulnerability database. */
  readonly databaseWarnDays: number;
  /** Age in days from which no image is called clean. */
  readonly databaseMaxDays: number;
  /** Whether PatchwrightFindings is written: the vulnerabilities of each tag. */
  readonly findings: boolean;
  /** Days within which findings with a fix are to be patched. */
  readonly targetDays: TargetDays;
  readonly toolingMirror: RepositoryName;
  readonly extraCa: string | undefined;
  readonly pollSeconds: number;
  readonly tickSeconds: number;
  /** Longer than a function may run, so that the holder of an expired lease has ended. */
  readonly leaseSeconds: number;
  readonly runHours: number;
  readonly maxGroups: number;
  /** Hours of container groups for each repository in a run; 0 for no limit. */
  readonly repositoryHours: number;
  /** Without prices, runs have no cost. */
  readonly prices?: Prices | undefined;
  readonly scanBatch: number;
  readonly patchBatch: number;
  /** Days after which the rows of an ended run are archived and deleted. Unset: never. */
  readonly retentionDays?: number | undefined;
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

/** The pipeline's external dependencies. */
export interface Services extends Stores {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  /** Absent without the pull identity: on the command line, and with settings of an earlier version. */
  readonly pullTokens?: PullTokens | undefined;
  readonly groups: ContainerGroups;
  readonly queues: Queues;
  readonly blobs: Blobs;
  /** Counts the requests to tables, queues and blobs. */
  readonly storageUse: StorageUse;
  /** Absent if nobody wants to be told. */
  readonly webhook?: Webhook | undefined;
  /** The turns of all steps in this process to hold a large report. */
  readonly largeReports: InTurn;
  /** The turns of all steps in this process to send large reports to the registry. */
  readonly largeUploads: InTurn;
  readonly options: PipelineOptions;
}

export function secondsAfter(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
