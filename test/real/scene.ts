import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { Inventory } from '../../lib/pipeline/stores/inventory.ts';
import { tableStores } from '../../lib/pipeline/stores/tables/table-stores.ts';
import { AzureTables } from '../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../lib/storage/storage-connection.ts';
import { alpineBase } from '../images/alpine/alpine-layers.ts';
import { ALPINE_3_22 } from '../images/alpine/alpine-packages.ts';
import { buildImage } from '../images/build-image.ts';
import { makeLayout, pushLayout as pushFromMemory } from '../images/oci-layout.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import { pushLayout } from '../world/registry/push-layout.ts';
import { registryTarget } from '../world/seed/registry-target.ts';
import { readRunTables } from '../world/seed/run-tables.ts';
import { policyOf, seedPolicy } from '../world/seed/seed-policy.ts';
import type { World } from '../world/world.ts';
import type { EnclosureRules } from './cage/enclosures.ts';
import { startCaretaker } from './caretaker.ts';
import { type FinishedRun, finishedRun } from './finished-run.ts';
import { type GroupRecord, recordGroups } from './group-records.ts';
import { makeOddImage } from './images/odd-image.ts';
import { type Prepared, prepareReal } from './prepare.ts';
import { startRealWorld } from './real-world.ts';
import { seedRpmImage } from './rpm/seed-rpm-image.ts';
import { TEMPORARY_PREFIX } from './temporary-prefix.ts';
import type { ToolName } from './tools/tool-catalog.ts';

/** The repositories of the scene. All of them exist; the policy selects those of a run. */
export const IMAGES = {
  outdated: 'base/debian',
  clean: 'base/debian-current',
  unpatchable: 'base/debian-frozen',
  unknownSystem: 'base/alpine',
  odd: 'base/debian-odd',
  distroless: 'base/distroless',
  rpm: 'base/alma',
} as const;

/** The built app in a local Azure with the real tools and real images. */
export interface Scene {
  readonly prepared: Prepared;
  readonly world: World;
  readonly app: FunctionsHost;
  /** Every container group that was created, oldest first. */
  readonly groups: readonly GroupRecord[];
  /** The folder of the world and its workers, which contains their leftovers. */
  readonly temporary: string;
  readonly tables: ReturnType<typeof readRunTables>;
  readonly inventory: Inventory;
  /** A separate folder for the test's own files. */
  workFolder(name: string): Promise<string>;
  /** Sets the restrictions of the containers that start from now on in Standard groups. */
  restrict(rules: EnclosureRules): void;
  /** Starts a run as an operator does, over HTTP. */
  startRun(): Promise<RunId>;
  cancelRun(runId: RunId): Promise<void>;
  /** Waits for the end of a run, by default the newest. */
  finished(runId?: RunId): Promise<FinishedRun>;
  close(): Promise<void>;
}

const RUN_LIMIT_MINUTES = 20;
/** The default of 30 s would add idle time to each run that ends without a last step of a job. */
const QUICK_TICKS = { PATCHWRIGHT_TICK_SECONDS: '1' };
const Started = z.object({ runId: RunId });

export interface SceneOptions {
  /** A program that runs instead of a tool, and finally starts the tool. */
  readonly replaces?: {
    readonly tool: ToolName;
    /** Makes the program from the tool's path and a folder to which it may write. */
    readonly make: (tool: string, folder: string) => Promise<string>;
  };
  /** Settings of the app in addition to the world's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** For how long to wait for a run. */
  readonly limitMinutes?: number;
}

export async function startScene(
  repositories: readonly string[],
  { replaces, settings = {}, limitMinutes = RUN_LIMIT_MINUTES }: SceneOptions = {},
): Promise<Scene> {
  const found = await prepareReal();
  const folder = await mkdtemp(join(tmpdir(), TEMPORARY_PREFIX));
  const caretaker = startCaretaker(folder);
  const temporary = await makeFolder(join(folder, 'tmp'));
  const work = await makeFolder(join(folder, 'work'));
  const programs = { ...found.tools.programs };
  if (replaces !== undefined) {
    programs[replaces.tool] = await replaces.make(programs[replaces.tool], work);
  }
  const prepared = { ...found, tools: { ...found.tools, programs } };
  // This process and its children read it each time they make a temporary folder.
  const usual = tmpdir();
  process.env.TMPDIR = temporary;
  const closers = [() => caretaker.cleanUp()];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
    process.env.TMPDIR = usual;
  };
  try {
    const { plan, groups } = recordGroups();
    let restrictions: EnclosureRules = {};
    const world = await startRealWorld({
      prepared,
      world: { arm: { faults: plan }, settings: { ...QUICK_TICKS, ...settings } },
      cage: () => ({ ...restrictions, ...(replaces && { shared: [work] }) }),
    });
    closers.push(() => world.close());
    await seedImages(world, prepared);
    if (repositories.includes(IMAGES.odd)) {
      const odd = await makeOddImage(prepared.images.outdated, await makeFolder(join(work, 'odd')));
      await pushLayout(world.registry, odd.folder, { repository: IMAGES.odd, tags: ['12'] });
    }
    if (repositories.includes(IMAGES.rpm)) {
      const { registry } = world;
      const options = { registry, prepared, repository: IMAGES.rpm, folder: join(work, 'rpm') };
      const packages = await seedRpmImage(options);
      closers.push(() => packages.close());
    }
    const rules = repositories.map((repository) => ({ repository, tags: ['*'] }));
    await seedPolicy(world.registry, policyOf(rules));
    const app = await world.startApp({ timersByHand: true });
    const tables = readRunTables(world.storage);
    return {
      prepared,
      world,
      app,
      groups,
      temporary,
      tables,
      inventory: inventoryOf(world),
      workFolder: (name) => makeFolder(join(work, name)),
      restrict: (changed) => {
        restrictions = changed;
      },
      startRun: async () => Started.parse(await (await post(app, 'runs')).json()).runId,
      cancelRun: async (runId) => void (await post(app, `runs/${runId}/cancel`)),
      finished: (runId) =>
        finishedRun(tables, {
          limitMs: limitMinutes * 60_000,
          ...(runId !== undefined && { runId }),
        }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function seedImages({ registry }: World, { images }: Prepared): Promise<void> {
  const { outdated, clean, unpatchable, distroless } = images;
  const tags = ['12', 'bookworm'];
  await pushLayout(registry, outdated.folder, { repository: IMAGES.outdated, tags });
  await pushLayout(registry, clean.folder, { repository: IMAGES.clean, tags: ['12'] });
  await pushLayout(registry, unpatchable.folder, { repository: IMAGES.unpatchable, tags: ['12'] });
  await pushLayout(registry, distroless.folder, { repository: IMAGES.distroless, tags: ['12'] });
  const entries = alpineBase('3.22.0', ALPINE_3_22);
  const alpine = await buildImage({ layers: [{ entries, createdBy: 'ADD alpine.tar.gz /' }] });
  const layout = makeLayout([{ content: alpine, tags: ['3.22'] }]);
  await pushFromMemory(layout, registryTarget(registry, IMAGES.unknownSystem));
}

function inventoryOf({ storage }: World): Scene['inventory'] {
  const { connectionString } = storage.account;
  const connection = connectStorage({ kind: 'connection-string', connectionString });
  return tableStores(new AzureTables(connection)).inventory;
}

async function post({ url, routePrefix, keys }: FunctionsHost, path: string): Promise<Response> {
  const headers = { 'x-functions-key': keys.function };
  const answer = await fetch(`${url}/${routePrefix}/${path}`, { method: 'POST', headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function makeFolder(folder: string): Promise<string> {
  await mkdir(folder);
  return folder;
}
