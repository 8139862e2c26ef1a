import type { Run } from '../../../lib/pipeline/records/run.ts';
import { runIdOf } from '../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import { type Fate, GENERATED, type GeneratedCourse, generatedCourse } from './generated-course.ts';

/** A run that did not happen. Its counts are those of its courses' ends, and set when it is written. */
export interface GeneratedNight {
  readonly run: Run;
  readonly finishedAt: Date;
  readonly courses: readonly GeneratedCourse[];
}

export const NIGHTS = 28;
/** Who started the generated runs, which every view of a run shows. */
export const GENERATED_BY = 'generated history';

const DAY_MS = 24 * 3600 * 1000;
const HOUR_OF_RUN = 2;
const OUTAGE = 9;
const REFUSAL = 17;

/**
 * Four weeks of nightly runs before the real one, oldest first, over the images of the real one. The
 * same images and time give the same history.
 */
export function generateHistory(
  real: Pick<Run, 'createdAt'>,
  targets: readonly Target[],
): readonly GeneratedNight[] {
  const last = lastNightBefore(real.createdAt);
  return Array.from({ length: NIGHTS }, (_, night) => {
    const start = new Date(last.getTime() - (NIGHTS - 1 - night) * DAY_MS);
    const runId = runIdOf(start, 'schedule', GENERATED_BY);
    const known = targets.filter((_target, index) => night >= joinsAt(index));
    const growth = 0.35 + (0.65 * night) / NIGHTS;
    const courses = known.map((target) =>
      generatedCourse(target, { runId, start, growth }, fateOf(target, night)),
    );
    const ends = courses.flatMap(({ steps }) => steps.map(({ at }) => at.getTime()));
    return { run: runAt(start, runId), finishedAt: new Date(Math.max(...ends) + 30_000), courses };
  });
}

/** At least an hour before, so that the generated runs have ended when the real one begins. */
function lastNightBefore(time: Date): Date {
  const night = new Date(time.getTime() - 3600_000);
  night.setUTCHours(HOUR_OF_RUN, 0, 0, 0);
  return night.getTime() <= time.getTime() - 3600_000 ? night : new Date(night.getTime() - DAY_MS);
}

/** The first six images are there from the beginning. */
function joinsAt(index: number): number {
  return Math.max(0, index - 5) * 3;
}

function fateOf({ id, state }: Target, night: number): Fate {
  if (state !== 'patched') return 'as-now';
  const number = Number.parseInt(id.slice(2, 4), 16);
  const isUnlucky = number % 2 === 0;
  if (isUnlucky && night === OUTAGE) return 'unreachable';
  if (isUnlucky && night === OUTAGE + 1) return 'waiting';
  if (!isUnlucky && night === REFUSAL) return 'refused';
  if (!isUnlucky && night === REFUSAL + 1) return 'waiting';
  return (night + number) % (4 + (number % 4)) === 0 ? 'patched' : 'already-patched';
}

function runAt(start: Date, id: Run['id']): Run {
  return {
    ...{ id, state: 'running', trigger: 'schedule', startedBy: GENERATED_BY, dryRun: false },
    ...{ warnings: GENERATED, createdAt: start, deadline: new Date(start.getTime() + DAY_MS / 2) },
    ...{ cursorRepository: 0, cursorTag: '', wake: 0, nextAt: start, errors: 0 },
    ...{ targets: 0, active: 0, clean: 0, cleanPartly: 0, patched: 0, alreadyPatched: 0 },
    ...{ planned: 0, waiting: 0, skipped: 0, rejected: 0, failed: 0, canceled: 0 },
  };
}
