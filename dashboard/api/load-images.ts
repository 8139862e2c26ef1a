import type { ImageView } from '../../lib/history/image-view.ts';
import type { Status } from '../../lib/history/status.ts';
import type { Answered, ApiClient } from './client.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** What an earlier look found. */
interface Known {
  readonly status: Status;
  readonly images: readonly ImageView[];
}

const IMAGES = '/api/images?limit=1000';
const MOST_PAGES = 50;

interface Images {
  readonly images: readonly ImageView[];
  /** There are more pages than are loaded. */
  readonly isCut: boolean;
}

type Loaded = Answered<Images>;

/**
 * Loads the images. During a run, only those that it has changed are loaded again: a page of a thousand
 * is some megabytes. `onPage` gets those loaded so far.
 */
export async function loadImages(
  client: ApiClient,
  status: Status,
  known: Known | undefined,
  onPage: (images: readonly ImageView[]) => void = () => {},
): Promise<Loaded> {
  const since = known && changedSince(known.status, status);
  if (known === undefined || since === undefined) return allPages(client, IMAGES, onPage);
  const changed = await allPages(client, `${IMAGES}&since=${since}`);
  if (!changed.ok) return changed;
  const merged = new Map(known.images.map((one) => [one.image, one]));
  for (const one of changed.value.images) merged.set(one.image, one);
  // Another number: an image is gone, and no row says so here.
  const isDoubtful = merged.size !== status.images || changed.value.isCut;
  if (isDoubtful) return allPages(client, IMAGES, onPage);
  return { ...changed, value: { images: [...merged.values()], isCut: false } };
}

/** When the runs began that may have changed images since `before`. Undefined if none is active. */
function changedSince(before: Status, now: Status): string | undefined {
  if (now.activeRuns.length === 0) return undefined;
  const begun = [...before.activeRuns, ...now.activeRuns].map(({ createdAt }) => createdAt);
  const times = begun.filter((time) => time !== null);
  return times.length < begun.length ? undefined : times.sort()[0];
}

async function allPages(
  client: ApiClient,
  path: string,
  onPage: (images: readonly ImageView[]) => void = () => {},
): Promise<Loaded> {
  const images: ImageView[] = [];
  let next: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const after: string = next === null ? '' : `&after=${encodeURIComponent(next)}`;
    const page: Answered<Page<ImageView>> = await client.get(path + after);
    if (!page.ok) return page;
    images.push(...page.value.items);
    next = page.value.next;
    if (next === null) break;
    onPage([...images]);
  }
  return { ok: true, value: { images, isCut: next !== null }, changed: true };
}
