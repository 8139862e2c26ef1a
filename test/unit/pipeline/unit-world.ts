import { expect } from 'vitest';
import type { Digest } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { HeldJob } from '../../../lib/pipeline/held-job.ts';
import type { Job } from '../../../lib/pipeline/records/job.ts';
import type { JobState } from '../../../lib/pipeline/records/job-states.ts';
import type { Run } from '../../../lib/pipeline/records/run.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import type { PipelineOptions } from '../../../lib/pipeline/services.ts';
import type { Stored } from '../../../lib/pipeline/stores/stored.ts';
import type { PullTokens } from '../../../lib/registry/pull-tokens.ts';
import type { Webhook } from '../../../lib/webhook/webhook.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import { PipelineWorld } from '../../pipeline/pipeline-world.ts';
import { newRun } from './new-run.ts';

const STEPS_TO_RUNNING: readonly JobState[] = ['ready', 'launching', 'running'];

/** The pipeline's services on fakes, to which a test adds only what it needs. */
export class UnitWorld extends PipelineWorld {
  constructor(
    options: {
      readonly policy?: unknown;
      readonly pipeline?: Partial<PipelineOptions>;
      readonly pullTokens?: PullTokens;
      readonly webhook?: Webhook;
    } = {},
  ) {
    super({
      policy: options.policy ?? {},
      script: { report: () => expect.fail('no worker runs here') },
      ...(options.pipeline && { pipeline: options.pipeline }),
      ...(options.pullTokens && { pullTokens: options.pullTokens }),
      ...(options.webhook && { webhook: options.webhook }),
    });
  }

  async addRun(changes: Partial<Run> = {}): Promise<Stored<Run>> {
    const run = newRun(changes);
    await this.services.runs.start(run);
    return this.runAt(run.id);
  }

  /** Adds targets, and returns them as they are stored. */
  async addTargets(...targets: readonly Target[]): Promise<readonly Stored<Target>[]> {
    await this.services.targets.addMissing(targets);
    return Promise.all(targets.map((one) => this.targetAt(one)));
  }

  async targetAt({ runId, id }: Pick<Target, 'runId' | 'id'>): Promise<Stored<Target>> {
    const found = await this.services.targets.find(runId, id);
    if (found === undefined) throw new Error(`there is no target ${id}`);
    return found;
  }

  async jobAt({ runId, id }: Pick<Job, 'runId' | 'id'>): Promise<Stored<Job>> {
    const found = await this.services.jobs.find(runId, id);
    if (found === undefined) throw new Error(`there is no job ${id}`);
    return found;
  }

  /** Adds a job of these targets, which all name it, and takes its lease. */
  async holdJob(
    job: Pick<Job, 'id' | 'kind'> & Partial<Job>,
    targets: readonly Target[] = [],
  ): Promise<HeldJob> {
    const { services } = this;
    const { id, kind, state = 'running', ...changes } = job;
    const runId = targets[0]?.runId ?? newRun().id;
    await services.targets.addMissing(targets.map((target) => ({ ...target, job: id })));
    await services.jobs.add({
      id,
      runId,
      kind,
      targets: targets.length === 0 ? ['none'] : targets.map((target) => target.id),
      createdAt: this.clock.now(),
      ...(job.repositories && { repositories: job.repositories }),
    });
    const reached = STEPS_TO_RUNNING.indexOf(state);
    for (const next of STEPS_TO_RUNNING.slice(0, reached + 1)) {
      await services.jobs.save(await this.jobAt({ runId, id }), { state: next });
    }
    const stored = await services.jobs.save(await this.jobAt({ runId, id }), changes);
    const held = stored && (await HeldJob.take(services, stored));
    if (held === undefined) throw new Error('the job was not taken');
    return held;
  }

  /** Pushes an image whose content is unique to its name. */
  async push(repository: string, tag?: string): Promise<Digest> {
    const { digest } = await seedImage(this.registry, {
      repository: RepositoryName.parse(repository),
      tags: tag === undefined ? [] : [Tag.parse(tag)],
      layers: [`${repository}:${tag}`],
    });
    return digest;
  }

  digests(repository: string): readonly Digest[] {
    return this.registry.digests(RepositoryName.parse(repository));
  }

  messages(): readonly unknown[] {
    return this.queues.pending().map(({ body }) => body);
  }

  logged(message: string): readonly unknown[] {
    return this.log.filter((line) => line.message === message).map(({ fields }) => fields);
  }
}
