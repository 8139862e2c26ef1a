import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { type ArchiveView, archiveView } from '../history/archived-runs.ts';
import { ImageFilters, parseFilters, RunFilters, TargetFilters } from '../history/filters.ts';
import { findImage } from '../history/find-image.ts';
import { findRun } from '../history/find-run.ts';
import type { Found } from '../history/found.ts';
import type { History, Page } from '../history/history.ts';
import { imageStory, StoryFilters } from '../history/image-story.ts';
import { ImageView, imageView } from '../history/image-view.ts';
import { listImages } from '../history/images.ts';
import { listTargets } from '../history/run-targets.ts';
import { RunView, runView } from '../history/run-view.ts';
import { listRuns } from '../history/runs.ts';
import { readStatus } from '../history/status.ts';
import { TargetView, targetView } from '../history/target-view.ts';
import { isRunOver, type Run } from '../pipeline/records/run.ts';
import type { Sleep } from '../sleep.ts';
import { plainText } from '../text/plain-text.ts';
import { type Answer, problem, tagged, wrongFields } from './answer.ts';

/** A GET request. */
export interface ReadRequest {
  readonly query: Readonly<Record<string, string>>;
  /** The part of the path that names a run, an image or a vulnerability, decoded. */
  readonly name: string;
  readonly ifNoneMatch: string | undefined;
}

export interface ReadServices {
  readonly history: History;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

export type Read = (request: ReadRequest, services: ReadServices) => Promise<Answer>;

export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    /** The value of `after` for the next page. */
    next: z.string().nullable(),
    /** Rows left out because this version can't read them. */
    unreadable: z.number().int().nonnegative(),
  });
export const RunPage = pageSchema(RunView).meta({ id: 'RunPage' });
export const TargetPage = pageSchema(TargetView).meta({ id: 'TargetPage' });
export const ImagePage = pageSchema(ImageView).meta({ id: 'ImagePage' });

/** The longest wait in seconds, far below the 230 after which Azure ends a request. */
const LONGEST_WAIT = 60;
const LOOK_EVERY_MS = 2000;

export const WaitFilters = z.strictObject({
  wait: z
    .string()
    .regex(/^(?:\d|[1-5]\d|60)$/, `must be a whole number of seconds from 0 to ${LONGEST_WAIT}`)
    .optional(),
});
export const NoFilters = z.strictObject({});

export const getStatus: Read = async ({ query, ifNoneMatch }, { history, clock }) => {
  const filters = parseFilters(NoFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  return tagged(await readStatus(history, clock.now()), ifNoneMatch);
};

export const getRuns: Read = async ({ query, ifNoneMatch }, { history, clock }) => {
  const filters = parseFilters(RunFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const page = await listRuns(history, filters.value, clock.now());
  return tagged(viewed(page, runView), ifNoneMatch);
};

/** With `wait`, answers when the run has ended, or when that time has passed. */
export const getRun: Read = async ({ query, name, ifNoneMatch }, services) => {
  const filters = parseFilters(WaitFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const found = await findRun(services.history, name);
  if (found.found !== 'one') return notFound('run', name, found);
  const run = await ended(found.item, Number(filters.value.wait ?? 0), services);
  return tagged(runView(run), ifNoneMatch);
};

export const getRunImages: Read = async ({ query, name, ifNoneMatch }, { history }) => {
  const filters = parseFilters(TargetFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const found = await findRun(history, name);
  if (found.found !== 'one') return notFound('run', name, found);
  const page = await listTargets(history, found.item.id, filters.value);
  return tagged(viewed(page, targetView), ifNoneMatch);
};

export const getImages: Read = async ({ query, ifNoneMatch }, { history, clock }) => {
  const filters = parseFilters(ImageFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const page = await listImages(history, filters.value, clock.now());
  return tagged(viewed(page, imageView), ifNoneMatch);
};

export const getImage: Read = async ({ query, name, ifNoneMatch }, { history }) => {
  const filters = parseFilters(StoryFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const found = await findImage(history, name);
  if (found.found !== 'one') return notFound('image', name, found);
  return tagged(await imageStory(history, found.item, filters.value), ifNoneMatch);
};

export function viewed<Item, View>(page: Page<Item>, view: (item: Item) => View): Page<View> {
  return { ...page, items: page.items.map(view) };
}

async function ended(
  run: Run,
  waitSeconds: number,
  { history, clock, sleep }: ReadServices,
): Promise<Run> {
  const until = clock.now().getTime() + waitSeconds * 1000;
  let current = run;
  while (!isRunOver(current)) {
    const left = until - clock.now().getTime();
    if (left <= 0) break;
    await sleep(Math.min(LOOK_EVERY_MS, left));
    const again = await findRun(history, run.id);
    if (again.found === 'one') current = again.item;
  }
  return current;
}

const LONGEST_NAME = 300;

function archivedDetail({ runId, container, blob }: ArchiveView): string {
  return `run "${runId}" is archived: its rows are in the blob ${container}/${blob} (docs/history.md, Archived runs)`;
}

export function notFound(
  what: 'run' | 'image',
  name: string,
  found: Exclude<Found<unknown>, { readonly found: 'one' }>,
): Answer {
  const shown = plainText(name, LONGEST_NAME);
  if (found.found === 'several') {
    return problem(404, `several ${what}s begin with "${shown}": name one of them`, {
      nearest: [...found.names],
    });
  }
  if (found.archive !== undefined) {
    const archive = archiveView(found.archive);
    return problem(404, archivedDetail(archive), { nearest: [], archive });
  }
  const [nearest] = found.nearest;
  const hint = nearest === undefined ? '' : `; the nearest is "${nearest}"`;
  return problem(404, `there is no ${what} "${shown}"${hint}`, { nearest: [...found.nearest] });
}
