import { MAX_FINDINGS_A_JOB } from '../../job/job-file.ts';
import { ordinal } from '../../ordinal.ts';
import type { Job, JobKind } from '../records/job.ts';
import { imageKey, type Target } from '../records/target.ts';
import type { TargetState } from '../records/target-states.ts';
import type { PipelineOptions } from '../services.ts';
import type { Stored } from '../stores/stored.ts';

/** Targets that go into one new job, in the states that its kind takes. */
export interface PlannedJob {
  readonly kind: JobKind;
  readonly targets: readonly Stored<Target>[];
  /** Other tags of the same images that lag behind: they wait for the end of this job. */
  readonly behind: readonly Stored<Target>[];
}

interface Image {
  readonly kind: JobKind;
  readonly own: readonly Stored<Target>[];
  readonly behind: readonly Stored<Target>[];
  /** Attempts that it has lost. */
  readonly attempts: number;
  /** That its patch job names: they are most of a job file. */
  readonly findings: number;
}

/** Tags of one image that a job takes at a time, and targets in all: their ids fill one column. */
const MAX_TAGS_AN_IMAGE = 100;
const MAX_TARGETS_A_JOB = 500;
/** A tick writes several rows for each; the next tick makes the others. */
const MAX_NEW_JOBS = 50;

/** The kinds of job that an image goes through, in order. */
export const JOB_ORDER: readonly JobKind[] = ['scan', 'patch', 'verify', 'publish'];

/**
 * Puts active targets into jobs. The unit is the image: all tags of a source are scanned, patched and
 * verified once, together. So no tag gets a job while another tag of its image has one. Images that
 * lost an attempt go on in smaller batches, so that one image does not sink the others.
 */
export function groupIntoJobs(
  active: readonly Stored<Target>[],
  live: ReadonlyMap<string, Job>,
  options: Pick<PipelineOptions, 'scanBatch' | 'patchBatch'>,
): readonly PlannedJob[] {
  const images = Map.groupBy(active, imageKey);
  const idle = [...images.values()].filter((targets) =>
    targets.every((target) => !live.has(target.job)),
  );
  const repositoryOf = ({ own }: Image) => own[0]?.repository ?? '';
  const byRepository = idle.map(imageOf).sort((a, b) => ordinal(repositoryOf(a), repositoryOf(b)));
  const batches = Map.groupBy(byRepository, ({ kind, own, attempts }) => {
    const repository = kind === 'patch' || kind === 'publish' ? own[0]?.repository : '';
    return JSON.stringify([kind, repository, attempts]);
  });
  const jobs = [...batches.values()].flatMap((batch) => {
    const [first] = batch;
    if (first === undefined) return [];
    const most = first.kind === 'patch' ? options.patchBatch : options.scanBatch;
    const size = Math.max(1, Math.floor(most / 2 ** first.attempts));
    return chunks(batch, size).map((chunk) => ({
      kind: first.kind,
      targets: chunk.flatMap((image) => image.own),
      behind: chunk.flatMap((image) => image.behind),
    }));
  });
  return jobs.slice(0, MAX_NEW_JOBS);
}

function imageOf(targets: readonly Stored<Target>[]): Image {
  const rank = (target: Target) => JOB_ORDER.indexOf(kindFor(target.state));
  const furthest = Math.max(...targets.map(rank));
  const own = targets.filter((target) => rank(target) === furthest).slice(0, MAX_TAGS_AN_IMAGE);
  const kind = JOB_ORDER[furthest] ?? 'scan';
  const findings = Math.max(...own.map((target) => target.beforeFixable ?? 0));
  return {
    kind,
    own,
    behind: targets.filter((target) => !own.includes(target)).slice(0, MAX_TAGS_AN_IMAGE),
    attempts: Math.max(...own.map((target) => target.attempts)),
    findings: kind === 'patch' ? findings : 0,
  };
}

function kindFor(state: TargetState): JobKind {
  switch (state) {
    case 'queued':
    case 'scanning':
      return 'scan';
    case 'patching':
      return 'patch';
    case 'verifying':
      return 'verify';
    case 'publishing':
      return 'publish';
    default:
      throw new Error(`a target that is ${state} has no job to come`);
  }
}

/** At most so many images, and so many targets and findings, to a chunk. */
function chunks(images: readonly Image[], size: number): Image[][] {
  const all: Image[][] = [];
  let current: Image[] = [];
  let targets = 0;
  let findings = 0;
  for (const image of images) {
    const count = image.own.length + image.behind.length;
    const full =
      current.length >= size ||
      targets + count > MAX_TARGETS_A_JOB ||
      findings + image.findings > MAX_FINDINGS_A_JOB;
    if (current.length === 0 || full) {
      current = [];
      targets = 0;
      findings = 0;
      all.push(current);
    }
    current.push(image);
    targets += count;
    findings += image.findings;
  }
  return all;
}
