import type { ImageView } from '../../lib/history/image-view.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import type { Status } from '../../lib/history/status.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import type { KeptMessage } from '../../lib/pipeline/upkeep/replay-poison.ts';
import type { Answered, ApiClient, Fault } from './client.ts';
import { loadImages, type Page } from './load-images.ts';

/** Everything that the overview shows. */
export interface Overview {
  readonly status: Status;
  readonly runs: readonly RunView[];
  readonly images: readonly ImageView[];
  /** False while more images are loading. */
  readonly isWhole: boolean;
  /** There are more images than the page loads. */
  readonly isCut: boolean;
  /** The images that active runs work on. */
  readonly working: readonly TargetView[];
  readonly poison: readonly KeptMessage[];
}

export type Loaded =
  | { readonly ok: true; readonly overview: Overview }
  | { readonly ok: false; readonly fault: Fault };

const RUNS = '/api/runs?limit=30';
const ACTIVE = 'queued,scanning,patching,verifying,publishing';

/**
 * Loads the overview. Images are loaded again only if the status is not the one that those of `before`
 * were loaded for, since each page of them costs a storage operation. `onPart` gets the overview after each page of images but the last.
 */
export async function loadOverview(
  client: ApiClient,
  before: Overview | undefined,
  onPart: (overview: Overview) => void = () => {},
): Promise<Loaded> {
  const [status, runs, poison] = await Promise.all([
    client.get<Status>('/api/status'),
    client.get<Page<RunView>>(RUNS),
    client.get<Page<KeptMessage>>('/api/poison'),
  ]);
  if (!status.ok) return status;
  if (!runs.ok) return runs;
  if (!poison.ok) return poison;
  const working = await workOf(client, status.value.activeRuns);
  if (!working.ok) return working;
  const rest = {
    status: status.value,
    runs: runs.value.items,
    working: working.value,
    poison: poison.value.items,
  };
  // The client answers with the same object if nothing changed, also after a look that failed.
  const isKnown = before?.status === status.value;
  const images = isKnown
    ? { ok: true as const, value: before }
    : await loadImages(client, status.value, before, (part) =>
        onPart({ ...rest, images: part, isWhole: false, isCut: false }),
      );
  if (!images.ok) return images;
  const { images: all, isCut } = images.value;
  return { ok: true, overview: { ...rest, images: all, isWhole: true, isCut } };
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
