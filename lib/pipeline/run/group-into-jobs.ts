import { MAX_FINDINGS_A_JOB } from '../../job/job-file.ts';
import { ordinal } from '../../ordinal.ts';
import { type ContainerSize, fitsGroup, patchSize } from '../group/container-size.ts';
import type { Job, JobKind } from '../records/job.ts';
import { imageKey, type Target } from '../records/target.ts';
import type { TargetState } from '../records/target-states.ts';
import type { PipelineOptions } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { MAX_LOST_ATTEMPTS } from '../targets/change-target.ts';

/** Targets of one new job. Their states match the job's kind. */
export interface PlannedJob {
  readonly kind: JobKind;
  readonly targets: readonly Stored<Target>[];
  /** Other tags of the same images in earlier states. They wait until this job ends. */
  readonly behind: readonly Stored<Target>[];
}

interface Image {
  readonly kind: JobKind;
  readonly own: readonly Stored<Target>[];
  readonly behind: readonly Stored<Target>[];
  /** Lost attempts. */
  readonly attempts: number;
  /** Findings in its patch job. They make up most of a job file. */
  readonly findings: number;
  /** The size of its container in a patch group. */
  readonly size: ContainerSize;
}

/** Limits of tags per image and of targets per job: the target ids must fit in one column. */
const MAX_TAGS_AN_IMAGE = 100;
const MAX_TARGETS_A_JOB = 500;
/** A tick writes several rows for each new job. The next tick adds the rest. */
const MAX_NEW_JOBS = 50;

/** The kinds of job for an image, in order. */
export const JOB_ORDER: readonly JobKind[] = ['scan', 'patch', 'verify', 'publish'];

/**
 * Groups active targets into jobs. All tags of an image share its jobs, so no tag gets a job while
 * another tag of its image has one. Images that lost an attempt continue in smaller batches, and the
 * last attempt of an image is alone, so that one bad image does not fail the others.
 */
export function groupIntoJobs(
  active: readonly Stored<Target>[],
  live: ReadonlyMap<string, Job>,
  options: Pick<PipelineOptions, 'scanBatch' | 'patchBatch' | 'builder'>,
): readonly PlannedJob[] {
  const images = Map.groupBy(active, imageKey);
  const idle = [...images.values()].filter((targets) =>
    targets.every((target) => !live.has(target.job)),
  );
  const repositoryOf = ({ own }: Image) => own[0]?.repository ?? '';
  const byRepository = idle
    .map((targets) => imageOf(targets, options))
    .sort((a, b) => ordinal(repositoryOf(a), repositoryOf(b)));
  const batches = Map.groupBy(byRepository, ({ kind, own, attempts }) => {
    const repository = kind === 'publish' ? own[0]?.repository : '';
    return JSON.stringify([kind, repository, attempts]);
  });
  const jobs = [...batches.values()].flatMap((batch) => {
    const [first] = batch;
    if (first === undefined) return [];
    const most = first.kind === 'patch' ? options.patchBatch : options.scanBatch;
    const isLast = first.attempts + 1 >= MAX_LOST_ATTEMPTS;
    const size = isLast ? 1 : Math.max(1, Math.floor(most / 2 ** first.attempts));
    return chunks(batch, size, options).map((chunk) => ({
      kind: first.kind,
      targets: chunk.flatMap((image) => image.own),
      behind: chunk.flatMap((image) => image.behind),
    }));
  });
  return inTurns(jobs).slice(0, MAX_NEW_JOBS);
}

/** The first job of each repository, then the second of each, and so on. */
function inTurns(jobs: readonly PlannedJob[]): readonly PlannedJob[] {
  const counts = new Map<string, number>();
  const turns = jobs.map((planned) => {
    const repository = planned.targets[0]?.repository ?? '';
    const turn = counts.get(repository) ?? 0;
    counts.set(repository, turn + 1);
    return { planned, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ planned }) => planned);
}

function imageOf(
  targets: readonly Stored<Target>[],
  options: Pick<PipelineOptions, 'builder'>,
): Image {
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
    size: patchSize(own[0]?.sourceBytes ?? 0, options),
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
      throw new Error(`a target that is ${state} needs no job`);
  }
}

/**
 * Splits images into chunks, each within the limits of images, targets and findings; chunks of patches
 * also fit one group.
 */
function chunks(
  images: readonly Image[],
  size: number,
  options: Pick<PipelineOptions, 'builder'>,
): Image[][] {
  const all: Image[][] = [];
  let current: Image[] = [];
  let targets = 0;
  let findings = 0;
  for (const image of images) {
    const count = image.own.length + image.behind.length;
    const full =
      current.length >= size ||
      targets + count > MAX_TARGETS_A_JOB ||
      findings + image.findings > MAX_FINDINGS_A_JOB ||
      (image.kind === 'patch' &&
        !fitsGroup(
          [...current, image].map((one) => one.size),
          options,
        ));
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
