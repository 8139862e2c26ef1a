import type { PatchJobFile } from '../../lib/job/job-file.ts';
import type { PatchFailure, PatchImageResult } from '../../lib/job/job-result.ts';
import type { Builder } from '../builder/builder.ts';
import { type ImageTime, nextImageTime } from '../context/image-time.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { errorMessage } from '../tools/failure-message.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { runRound } from './copa-round.ts';
import type { RoundEnd } from './round-end.ts';
import { type SearchEnd, searchResult } from './search-result.ts';
import {
  afterBlockers,
  afterFailure,
  afterSuccess,
  giveUp,
  nextTrial,
  startSearch,
} from './update-search.ts';

type Image = PatchJobFile['images'][number];

interface Patch {
  readonly job: PatchJobFile;
  readonly image: Image;
  /** The image's index in the job, from 0. */
  readonly index: number;
  readonly builder: Builder;
  readonly environment: ToolEnvironment;
  /** The registry's bearer token. */
  readonly token: string | undefined;
}

/** Copa runs per image: enough to isolate a few packages among hundreds. */
const MAX_ROUNDS = 12;
/** Least time left to start another round after the first, in seconds. */
const LEAST_ROUND_SECONDS = 60;

/** Patches one image into the staging repository. Any error becomes this image's result. */
export async function patchOneImage(
  context: WorkerContext,
  patch: Patch,
): Promise<PatchImageResult> {
  const { image } = patch;
  try {
    const time = nextImageTime(context, patch.job);
    if (time === undefined) return notStarted(image);
    return await searchUpdates(context, patch, time);
  } catch (error) {
    return failedImage(image, 'tool-failed', errorMessage(error, context.secrets));
  }
}

/** Runs Copa until every update is either in the patch or known to be impossible. */
async function searchUpdates(
  context: WorkerContext,
  patch: Patch,
  time: ImageTime,
): Promise<PatchImageResult> {
  const { image } = patch;
  const endsAt = context.clock.now().getTime() + time.seconds * 1000;
  let search = startSearch(image.findings, image.os.family);
  let end: SearchEnd = {};
  for (let round = 1; ; round += 1) {
    const findings = nextTrial(search);
    if (findings === undefined) break;
    const seconds = Math.floor((endsAt - context.clock.now().getTime()) / 1000);
    if (round > MAX_ROUNDS) break;
    if (round > 1 && seconds < LEAST_ROUND_SECONDS) {
      if (end.staged === undefined) return outOfTime(patch, time, end.message ?? '');
      break;
    }
    const builder = await patch.builder.address();
    if (context.stop.aborted) return notStarted(image);
    if (!builder.ok) {
      if (keepsEarlier(builder.failure) && end.staged !== undefined) break;
      return failedImage(image, builder.failure, builder.message);
    }

    const ended = await runRound(context, { ...patch, round, findings, builder, seconds });
    context.log.info('A round ended.', { digest: image.digest, round, end: ended.how });
    if (ended.how === 'final') {
      const { outcome } = ended;
      if (outcome.outcome === 'stopped') return notStarted(image);
      if (outcome.outcome === 'nothing-to-do') return { digest: image.digest, ...outcome };
      const { failure, message } = outcome;
      if (failure === 'builder-unavailable') {
        const lost = await patch.builder.lostControl();
        if (lost !== undefined) return failedImage(image, 'builder-incompatible', lost);
      }
      if (keepsEarlier(failure) && end.staged !== undefined) {
        const { digest } = image;
        context.log.warn('The patch of an earlier round is kept.', { digest, failure, message });
        break;
      }
      if (failure === 'timeout') return outOfTime(patch, time, message);
      return failedImage(image, failure, message);
    }
    ({ search, end } = step(search, end, ended));
  }
  return searchResult(image, giveUp(search), end);
}

/** Applies the outcome of a round to the search. */
function step(
  search: ReturnType<typeof startSearch>,
  end: SearchEnd,
  ended: Exclude<RoundEnd, { how: 'final' }>,
) {
  switch (ended.how) {
    case 'patched':
      return { search: afterSuccess(search), end: { ...end, staged: ended.staged } };
    case 'removes': {
      const detail = `its update would remove ${ended.packages.slice(0, 5).join(', ')}`;
      return { search: afterFailure(search, { reason: 'dependency', detail }), end };
    }
    case 'failed-on':
    case 'divisible': {
      const { message } = ended;
      const named = ended.how === 'failed-on' ? afterBlockers(search, ended.blockers) : undefined;
      const left = named ?? afterFailure(search, { reason: 'update-failed' });
      return { search: left, end: { ...end, message } };
    }
    default:
      return ended satisfies never;
  }
}

/** Failures of a round that say nothing about the patch of an earlier one. */
function keepsEarlier(failure: PatchFailure): boolean {
  return ['timeout', 'image-too-large', 'builder-unavailable'].includes(failure);
}

/** Not the image's fault if earlier images used up the time. */
function outOfTime({ image, index }: Patch, time: ImageTime, message: string): PatchImageResult {
  return time.cutShort && index > 0 ? notStarted(image) : failedImage(image, 'timeout', message);
}

function notStarted(image: Image): PatchImageResult {
  return { digest: image.digest, outcome: 'not-started' };
}

export function failedImage(
  image: Image,
  failure: PatchFailure,
  message: string,
): PatchImageResult {
  return { digest: image.digest, outcome: 'failed', failure, message };
}
