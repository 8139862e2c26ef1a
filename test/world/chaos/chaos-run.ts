import { isRunOver } from '../../../lib/pipeline/records/run.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import type { DemoImage } from '../../images/demo-images.ts';
import type { HostLog } from '../functions-host/host-log.ts';
import { waitFor } from '../seed/job-world.ts';
import { imageOf, readRunTables } from '../seed/run-tables.ts';
import { storedTexts, watchPassing } from '../seed/secret-search.ts';
import { seedDatabase, seedImages } from '../seed/seed-images.ts';
import { policyOf, seedPolicy } from '../seed/seed-policy.ts';
import { startWorld, type World } from '../world.ts';
import type { ChaosPlan } from './chaos-plan.ts';
import { endsWell, type Promised } from './ends-well.ts';
import { explanation } from './explained-outcomes.ts';
import { FaultLedger } from './fault-ledger.ts';
import { knownSecrets } from './known-secrets.ts';
import { CHAOS_MESSAGE_LEASE_SECONDS, CHAOS_SETTINGS, startChaos } from './start-chaos.ts';

export interface ChaosEnd {
  readonly promises: readonly Promised[];
  /** Images that ended differently, with the faults that explain it. */
  readonly explained: readonly string[];
  /** Images that ended differently without a fault that explains it. */
  readonly unexplained: readonly string[];
  /** `place kind` → number. */
  readonly faults: Readonly<Record<string, number>>;
}

/** One run of the built app over these images, with the faults of the plan. */
export async function runThroughChaos(options: {
  readonly plan: ChaosPlan;
  /** Makes the images for a registry. */
  readonly images: (registry: string) => Promise<readonly DemoImage[]>;
  /** Settings of the app in addition to those of every chaos run. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly tell?: (line: string) => void;
}): Promise<ChaosEnd> {
  const world = await startWorld({ settings: { ...CHAOS_SETTINGS, ...options.settings } });
  const ledger = new FaultLedger(options.tell ?? (() => undefined));
  const chaos = await startChaos({ world, plan: options.plan, ledger });
  const passing = watchPassing(world);
  try {
    const images = await options.images(world.registry.host);
    await seed(world, images);
    const before = world.registry.snapshot();
    const logs: HostLog[] = [];
    const host = await world.startApp({
      settings: chaos.settings,
      leaseSeconds: CHAOS_MESSAGE_LEASE_SECONDS,
      timerLeaseSeconds: CHAOS_MESSAGE_LEASE_SECONDS,
      onLog: (log) => logs.push(log),
    });
    const tables = readRunTables(world.storage);
    chaos.begin(host);
    // The trigger may be lost with its process, because firing it only confirms that it was received.
    host.fire('scheduledRun').catch(() => undefined);
    const run = await waitFor('the end of the run', async () => {
      const [newest] = await tables.runs();
      return newest !== undefined && isRunOver(newest) ? newest : undefined;
    });
    await chaos.end();
    const targets = await tables.targets(run.id);
    const texts = logs.map(({ message }) => ({ where: 'log of the app', text: message }));
    const left = [...texts, ...(await passing.stop()), ...(await storedTexts(world))];
    const faults = ledger.counts();
    const secrets = knownSecrets(world, host);
    return {
      promises: endsWell({ world, before, run, targets, left, secrets }),
      ...otherOutcomes(images, targets, faults),
      faults,
    };
  } finally {
    await chaos.end();
    await passing.stop();
    await world.close();
    await chaos.close();
  }
}

async function seed(world: World, images: readonly DemoImage[]): Promise<void> {
  await seedImages(world.registry, images);
  await seedDatabase(world.registry);
  const repositories = images.map(({ repository }) => ({ repository, tags: ['*'] }));
  await seedPolicy(world.registry, policyOf(repositories));
}

/** Compares the outcomes with those of a run without faults. */
function otherOutcomes(
  images: readonly DemoImage[],
  targets: readonly Target[],
  faults: ChaosEnd['faults'],
): Pick<ChaosEnd, 'explained' | 'unexplained'> {
  const expected = new Map(images.flatMap(expectedOutcomes));
  const ended = new Map(targets.map((target) => [imageOf(target), target]));
  const [explained, unexplained]: [string[], string[]] = [[], []];
  for (const [image, wanted] of expected) {
    const target = ended.get(image);
    const got = target === undefined ? 'not looked at' : outcomeText(target);
    if (got === wanted) continue;
    const { state = '', reason, detail } = target ?? {};
    const why = explanation({ image, state, reason, detail }, faults);
    if (why === undefined) unexplained.push(`${image} is ${got}, and was to be ${wanted}`);
    else explained.push(why);
  }
  return { explained, unexplained };
}

function outcomeText({ state, reason, patchTag }: Target): string {
  return `${state} ${reason ?? (state === 'patched' ? patchTag : '')}`.trim();
}

function expectedOutcomes({ repository, expected }: DemoImage): [string, string][] {
  return expected.map(({ tag, state, ...more }) => {
    const rest = 'publishes' in more ? more.publishes : 'reason' in more ? more.reason : '';
    return [`${repository}:${tag}`, `${state} ${rest}`.trim()];
  });
}
