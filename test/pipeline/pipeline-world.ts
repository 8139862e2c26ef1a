import { digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { inTurn } from '../../lib/in-turn.ts';
import type { LogFields } from '../../lib/log.ts';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { JobMessage } from '../../lib/pipeline/messages.ts';
import type { Job } from '../../lib/pipeline/records/job.ts';
import type { Run } from '../../lib/pipeline/records/run.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { type Target, targetIdOf } from '../../lib/pipeline/records/target.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import type { PipelineOptions, Services } from '../../lib/pipeline/services.ts';
import type { NewJob } from '../../lib/pipeline/stores/job-store.ts';
import type { Stored } from '../../lib/pipeline/stores/stored.ts';
import { tableStores } from '../../lib/pipeline/stores/tables/table-stores.ts';
import { emptyPoison } from '../../lib/pipeline/upkeep/empty-poison.ts';
import { handleRunsMessage } from '../../lib/pipeline/upkeep/runs-queue.ts';
import type { PullTokens } from '../../lib/registry/pull-tokens.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { StorageUse } from '../../lib/storage/storage-use.ts';
import type { Webhook } from '../../lib/webhook/webhook.ts';
import { PLAIN_COURSE } from '../fakes/containers/group-course.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import { MemoryQueues } from '../fakes/memory-queues.ts';
import { MemoryRegistry } from '../fakes/memory-registry.ts';
import { MemoryTables } from '../fakes/memory-tables.ts';
import { metered } from '../fakes/metered.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { runScriptedWorker, type WorkerScript } from './scripted-worker.ts';

const WORKER = { repository: RepositoryName.parse('patchwright/worker') };

export interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** The whole pipeline with fakes and a virtual clock. */
export class PipelineWorld {
  readonly clock = new ManualClock();
  readonly registry = new MemoryRegistry({ clock: this.clock });
  readonly blobs = new MemoryBlobs({ clock: this.clock });
  readonly queues = new MemoryQueues({ clock: this.clock });
  readonly tables = new MemoryTables();
  readonly groups: MemoryContainerGroups;
  readonly log: LoggedLine[] = [];
  /** Requests that the services sent to storage. */
  storageRequests = 0;
  readonly services: Services;
  script: WorkerScript;

  constructor(options: {
    readonly policy: unknown;
    readonly script: WorkerScript;
    readonly pipeline?: Partial<PipelineOptions>;
    readonly pullTokens?: PullTokens;
    readonly webhook?: Webhook;
  }) {
    this.script = options.script;
    this.groups = new MemoryContainerGroups({
      clock: this.clock,
      decide: () => ({
        ...PLAIN_COURSE,
        work: (_, container) => runScriptedWorker(container, this.#at(), this.script),
      }),
    });
    const note = (level: LoggedLine['level']) => (message: string, fields?: LogFields) => {
      this.log.push({ level, message, fields });
    };
    const storageUse = new StorageUse();
    const received = () => {
      this.storageRequests += 1;
      storageUse.answered();
    };
    const reference = `patchwright/worker@${digestOf('the worker')}`;
    this.services = {
      clock: this.clock,
      log: { info: note('info'), warn: note('warn'), error: note('error') },
      registry: this.registry,
      pullTokens: options.pullTokens,
      groups: this.groups,
      queues: metered(this.queues, received),
      blobs: metered(this.blobs, received),
      storageUse,
      webhook: options.webhook,
      largeReports: inTurn(),
      largeUploads: inTurn(),
      ...tableStores(metered(this.tables, received)),
      options: {
        policySetting:
          typeof options.policy === 'string' ? options.policy : JSON.stringify(options.policy),
        dryRun: false,
        scanWorkerImage: { ...WORKER, reference },
        patchWorkerImage: { ...WORKER, reference },
        builder: { kind: 'standard' },
        database: { repository: RepositoryName.parse('patchwright/trivy-db'), tag: Tag.parse('2') },
        databaseWarnDays: 3,
        databaseMaxDays: 14,
        findings: true,
        targetDays: { critical: 7, high: 30, medium: 90, low: 180 },
        toolingMirror: RepositoryName.parse('patchwright/mirror'),
        extraCa: undefined,
        pollSeconds: 15,
        tickSeconds: 30,
        leaseSeconds: 900,
        runHours: 12,
        maxGroups: 10,
        repositoryHours: 0,
        scanBatch: 20,
        patchBatch: 5,
        maxImageBytes: 10_000_000,
        ...options.pipeline,
      },
    };
  }

  #at() {
    return { registry: this.registry, blobs: this.blobs, now: this.clock.now() };
  }

  /** Pushes the vulnerability database, which every run needs. By default it is new. */
  async seedDatabase(made = this.clock.now()): Promise<void> {
    await seedImage(this.registry, {
      repository: RepositoryName.parse('patchwright/trivy-db'),
      tags: [Tag.parse('2')],
      annotations: { 'org.opencontainers.image.created': made.toISOString() },
    });
  }

  /** Starts a run and processes messages and groups until nothing is pending. */
  async run(): Promise<Run> {
    const runId = await startRun(this.services, { trigger: 'schedule', due: this.clock.now() });
    await this.settle();
    return this.runAt(runId);
  }

  /** Delivers every message and advances every group. Throws after `maxSteps` steps. */
  async settle(maxSteps = 5000): Promise<void> {
    for (let step = 0; step < maxSteps; step += 1) {
      if (!(await this.step())) return;
    }
    throw new Error(`the pipeline did not settle in ${maxSteps} steps`);
  }

  /** Delivers one message, or goes to the next event. Returns false if nothing is left to happen. */
  async step(): Promise<boolean> {
    await this.groups.advance();
    if (await this.#deliverOne()) return true;
    const times = [this.queues.nextVisibleAt(), this.groups.nextEvent()].filter(
      (time) => time !== undefined,
    );
    const next = times.sort((a, b) => a.getTime() - b.getTime())[0];
    if (next === undefined) return false;
    if (next > this.clock.now()) this.clock.set(next);
    return true;
  }

  async #deliverOne(): Promise<boolean> {
    for (const queue of [QUEUES.runs, QUEUES.jobs] as const) {
      const message = this.queues.receive(queue);
      if (message === undefined) continue;
      try {
        if (queue === QUEUES.runs) await handleRunsMessage(this.services, message.body);
        else await stepJob(this.services, JobMessage.parse(message.body));
        this.queues.delete(message);
      } catch (error) {
        this.log.push({ level: 'error', message: String(error), fields: undefined });
        if (message.dequeueCount < 5) this.queues.release(message, 120);
        else {
          this.queues.poison(message);
          await emptyPoison(this.services);
        }
      }
      return true;
    }
    return false;
  }

  async runAt(runId: RunId): Promise<Stored<Run>> {
    const run = await this.services.runs.find(runId);
    if (run === undefined) throw new Error(`there is no run ${runId}`);
    return run;
  }

  async target(runId: RunId, repository: string, tag: string): Promise<Target> {
    const target = await this.services.targets.find(runId, targetIdOf(repository, tag));
    if (target === undefined) throw new Error(`there is no target ${repository}:${tag}`);
    return target;
  }

  async jobs(runId: RunId): Promise<readonly Job[]> {
    return Array.fromAsync(this.services.jobs.ofRun(runId));
  }

  /** Adds a job in the state `running`. */
  async addRunningJob(job: NewJob, changes: Partial<Job> = {}): Promise<void> {
    const { jobs } = this.services;
    await jobs.add(job);
    for (const state of ['ready', 'launching', 'running'] as const) {
      const stored = await jobs.find(job.runId, job.id);
      if (stored !== undefined) await jobs.save(stored, { ...changes, state });
    }
  }
}
