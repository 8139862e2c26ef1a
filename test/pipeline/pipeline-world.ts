import { typedTables } from '../../lib/app.ts';
import { digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { LogFields } from '../../lib/log.ts';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { JobMessage, RunMessage } from '../../lib/pipeline/messages.ts';
import type { JobRow } from '../../lib/pipeline/records/job-row.ts';
import { type RunId, runRowKey } from '../../lib/pipeline/records/run-id.ts';
import { RUN_PARTITION, type RunRow } from '../../lib/pipeline/records/run-row.ts';
import { type TargetRow, targetRowKey } from '../../lib/pipeline/records/target-row.ts';
import { rememberProof } from '../../lib/pipeline/results/builder-proof.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { tickRun } from '../../lib/pipeline/run/tick-run.ts';
import type { PipelineOptions, Services } from '../../lib/pipeline/services.ts';
import { keepPoison } from '../../lib/pipeline/upkeep/keep-poison.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { PLAIN_COURSE } from '../fakes/containers/group-course.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import { MemoryQueues } from '../fakes/memory-queues.ts';
import { MemoryRegistry } from '../fakes/memory-registry.ts';
import { MemoryTables } from '../fakes/memory-tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { runScriptedWorker, type WorkerScript } from './scripted-worker.ts';

export const REGION = 'westeurope';
const WORKER = { repository: RepositoryName.parse('patchwright/worker') };

export interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** The whole pipeline on fakes and a virtual clock. */
export class PipelineWorld {
  readonly clock = new ManualClock();
  readonly registry = new MemoryRegistry({ clock: this.clock });
  readonly blobs = new MemoryBlobs({ clock: this.clock });
  readonly queues = new MemoryQueues({ clock: this.clock });
  readonly tables = new MemoryTables();
  readonly groups: MemoryContainerGroups;
  readonly log: LoggedLine[] = [];
  readonly services: Services;
  script: WorkerScript;

  constructor(options: {
    readonly policy: unknown;
    readonly script: WorkerScript;
    readonly pipeline?: Partial<PipelineOptions>;
  }) {
    this.script = options.script;
    this.groups = new MemoryContainerGroups({
      clock: this.clock,
      decide: () => ({
        ...PLAIN_COURSE,
        work: (spec) => runScriptedWorker(spec, this.#at(), this.script),
      }),
    });
    const note = (level: LoggedLine['level']) => (message: string, fields?: LogFields) => {
      this.log.push({ level, message, fields });
    };
    const reference = `patchwright/worker@${digestOf('the worker')}`;
    this.services = {
      clock: this.clock,
      log: { info: note('info'), warn: note('warn'), error: note('error') },
      registry: this.registry,
      groups: this.groups,
      queues: this.queues,
      blobs: this.blobs,
      ...typedTables(this.tables),
      options: {
        policySetting:
          typeof options.policy === 'string' ? options.policy : JSON.stringify(options.policy),
        dryRun: false,
        scanWorkerImage: { ...WORKER, reference },
        patchWorkerImage: { ...WORKER, reference },
        builder: { kind: 'confidential', region: REGION },
        database: { repository: RepositoryName.parse('patchwright/trivy-db'), tag: Tag.parse('2') },
        toolingMirror: RepositoryName.parse('patchwright/mirror'),
        extraCa: undefined,
        pollSeconds: 15,
        tickSeconds: 30,
        leaseSeconds: 900,
        runHours: 12,
        maxGroups: 10,
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

  /** What has to be there: the vulnerability database, and a region that runs BuildKit. */
  async seedDatabase(): Promise<void> {
    await rememberProof(this.services, REGION);
    await seedImage(this.registry, {
      repository: RepositoryName.parse('patchwright/trivy-db'),
      tags: [Tag.parse('2')],
    });
  }

  /** Starts a run and goes on until nothing is left to happen. */
  async run(): Promise<RunRow> {
    const runId = await startRun(this.services, { trigger: 'schedule', due: this.clock.now() });
    await this.settle();
    return this.runRow(runId);
  }

  /** Delivers every message and lets every group go its course, at most so many steps. */
  async settle(maxSteps = 5000): Promise<void> {
    for (let step = 0; step < maxSteps; step += 1) {
      await this.groups.advance();
      if (await this.#deliverOne()) continue;
      const times = [this.queues.nextVisibleAt(), this.groups.nextEvent()].filter(
        (time) => time !== undefined,
      );
      const next = times.sort((a, b) => a.getTime() - b.getTime())[0];
      if (next === undefined) return;
      if (next > this.clock.now()) this.clock.set(next);
    }
    throw new Error(`the pipeline did not settle in ${maxSteps} steps`);
  }

  async #deliverOne(): Promise<boolean> {
    for (const queue of [QUEUES.runs, QUEUES.jobs] as const) {
      const message = this.queues.receive(queue);
      if (message === undefined) continue;
      try {
        if (queue === QUEUES.runs) await tickRun(this.services, RunMessage.parse(message.body));
        else await stepJob(this.services, JobMessage.parse(message.body));
        this.queues.delete(message);
      } catch (error) {
        this.log.push({ level: 'error', message: String(error), fields: undefined });
        if (message.dequeueCount < 5) this.queues.release(message, 120);
        else {
          await keepPoison(this.services, queue, message.body);
          this.queues.delete(message);
        }
      }
      return true;
    }
    return false;
  }

  async runRow(runId: RunId): Promise<RunRow> {
    const stored = await this.services.runs.get(RUN_PARTITION, runRowKey(runId));
    if (stored === undefined) throw new Error(`there is no run ${runId}`);
    return stored.row;
  }

  async target(runId: RunId, repository: string, tag: string): Promise<TargetRow> {
    const stored = await this.services.targets.get(runId, targetRowKey(repository, tag));
    if (stored === undefined) throw new Error(`there is no target ${repository}:${tag}`);
    return stored.row;
  }

  async jobs(runId: RunId): Promise<readonly JobRow[]> {
    const jobs: JobRow[] = [];
    for await (const { row } of this.services.jobs.list(runId)) jobs.push(row);
    return jobs;
  }
}
