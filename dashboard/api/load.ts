import type { ImageView } from '../../lib/history/image-view.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import type { Status } from '../../lib/history/status.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import type { KeptMessage } from '../../lib/pipeline/upkeep/replay-poison.ts';
import type { Answered, ApiClient, Fault } from './client.ts';

/** Everything that the overview shows. */
export interface Overview {
  readonly status: Status;
  readonly runs: readonly RunView[];
  readonly images: readonly ImageView[];
  /** The images that active runs work on. */
  readonly working: readonly TargetView[];
  readonly poison: readonly KeptMessage[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export type Loaded =
  | { readonly ok: true; readonly overview: Overview }
  | { readonly ok: false; readonly fault: Fault };

const RUNS = '/api/runs?limit=30';
const ACTIVE = 'queued,scanning,patching,verifying,publishing';
const MOST_PAGES = 50;

/**
 * Loads the overview. Images are loaded again only if the status differs from `before`, since each page
 * of them costs a storage operation.
 */
export async function loadOverview(
  client: ApiClient,
  before: Overview | undefined,
  onImages: (loaded: number) => void = () => {},
): Promise<Loaded> {
  const [status, runs, poison] = await Promise.all([
    client.get<Status>('/api/status'),
    client.get<Page<RunView>>(RUNS),
    client.get<Page<KeptMessage>>('/api/poison'),
  ]);
  if (!status.ok) return status;
  if (!runs.ok) return runs;
  if (!poison.ok) return poison;
  const isKnown = before !== undefined && !status.changed;
  const images = isKnown
    ? { ok: true as const, value: before.images }
    : await allPages<ImageView>(client, '/api/images?limit=1000', onImages);
  if (!images.ok) return images;
  const working = await workOf(client, status.value.activeRuns);
  if (!working.ok) return working;
  return {
    ok: true,
    overview: {
      status: status.value,
      runs: runs.value.items,
      images: images.value,
      working: working.value,
      poison: poison.value.items,
    },
  };
}

/** The first thousand images of each active run. */
async function workOf(client: ApiClient, runs: readonly RunView[]) {
  const targets: TargetView[] = [];
  for (const { runId } of runs) {
    const path = `/api/runs/${encodeURIComponent(runId)}/images?limit=1000&state=${ACTIVE}`;
    const page: Answered<Page<TargetView>> = await client.get(path);
    if (!page.ok) return page;
    targets.push(...page.value.items);
  }
  return { ok: true as const, value: targets };
}

async function allPages<Item>(client: ApiClient, path: string, onItems: (loaded: number) => void) {
  const items: Item[] = [];
  let next: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const after: string = next === null ? '' : `&after=${encodeURIComponent(next)}`;
    const page: Answered<Page<Item>> = await client.get(path + after);
    if (!page.ok) return page;
    items.push(...page.value.items);
    onItems(items.length);
    next = page.value.next;
    if (next === null) break;
  }
  return { ok: true as const, value: items };
}
