import type { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import type { PipelineOptions } from '../../../lib/pipeline/services.ts';
import type { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import type { MemoryContainerGroups } from '../../fakes/memory-container-groups.ts';
import type { MemoryQueues } from '../../fakes/memory-queues.ts';
import type { MemoryRegistry } from '../../fakes/memory-registry.ts';
import type { MemoryTables } from '../../fakes/memory-tables.ts';
import type { Observer } from '../observer.ts';
import type { PortCall } from '../port-call.ts';
import type { Receiver } from '../receiver.ts';
import type { Task } from '../task.ts';

export interface Backends {
  readonly tables: MemoryTables;
  readonly queues: MemoryQueues;
  readonly blobs: MemoryBlobs;
  readonly registry: MemoryRegistry;
  readonly groups: MemoryContainerGroups;
  /** Absent if nobody wants to be told. */
  readonly receiver: Receiver | undefined;
}

export interface Gate {
  readonly backends: Backends;
  readonly observer: Observer;
  readonly options: PipelineOptions;
  /** The time that the clock of this task's instance shows. */
  now(task: Task): Date;
  pass<Result>(task: Task, call: PortCall<Result>): Promise<Result>;
  /** A push of a tag by others. */
  pushOther(repository: RepositoryName, tag: Tag): Promise<void>;
}
