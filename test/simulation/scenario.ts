import type { GroupLimits } from '../fakes/memory-container-groups.ts';
import type { Hostile } from './neighbors/hostility.ts';
import type { Random } from './random.ts';
import type { ReceiverCourse } from './receiver.ts';
import { LONGEST_RUN_HOURS } from './simulated-options.ts';
import { IMAGE_KINDS, type ImageKind } from './truth.ts';

/** An image of a user with all its tags. */
export interface ScenarioImage {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly kind: ImageKind | 'windows' | 'touched';
  /** Existing patches of the image, with the findings for which they were made. */
  readonly patched: readonly {
    readonly tag: string;
    readonly kind: ImageKind;
    /** It left a package as it was. */
    readonly partial?: boolean;
    /** Somebody else pushed any bytes with the annotations of a patch. */
    readonly forged?: boolean;
  }[];
}

export interface ScenarioRun {
  /** Start of the run, in seconds from the beginning. */
  readonly at: number;
  readonly trigger: 'schedule' | 'manual';
  readonly dryRun: boolean;
  /** When the run is canceled, in seconds from the beginning; absent if it is not. */
  readonly canceledAt?: number;
  /** True if the run is canceled when it reserves its first tag. */
  readonly canceledAtIntent?: boolean;
}

export interface Scenario {
  readonly images: readonly ScenarioImage[];
  readonly policy: unknown;
  readonly runs: readonly ScenarioRun[];
  /** Maximum number of concurrent invocations over all instances. */
  readonly atOnce: number;
  readonly pollSeconds: number;
  readonly tickSeconds: number;
  readonly maxGroups: number;
  readonly scanBatch: number;
  readonly patchBatch: number;
  readonly mountsRefused: boolean;
  readonly noBuilder: boolean;
  /** A repository that another installation has marked. */
  readonly foreignMark?: string;
  /** True if Azure can't pull with an access token. */
  readonly pullsRefused: boolean;
  /** True if every container refuses a need of the builder. */
  readonly builderRefused: boolean;
  /** True if the tables were lost after the existing patches were made. */
  readonly tablesLost: boolean;
  readonly runHours: number;
  /** A policy that later runs find: seconds from the beginning. */
  readonly laterPolicy?: { readonly at: number; readonly policy: unknown };
  /** When the database learns of more findings: seconds from the beginning. */
  readonly newerDatabaseAt?: number;
  /** Azure's quotas, if they are lower than usual. */
  readonly quotas?: GroupLimits;
  /** From when each tick of the first run crashes, in seconds from the beginning. */
  readonly tickDiesAt?: number;
  /** True if the only run is canceled while it inserts targets, which then appear after its end. */
  readonly insertsLate?: boolean;
  /** The repositories of hostile neighbors. If present, groups always take the same time. */
  readonly hostile?: Hostile;
  /** True if no timer fires, and only an uptime monitor calls the app. */
  readonly timersDead: boolean;
  /** Days after which ended runs are archived; absent if they never are. */
  readonly retentionDays?: number;
  /** Present if somebody wants to be told of events. */
  readonly receiver?: ReceiverCourse;
}

export function scenarioOf(random: Random): Scenario {
  const repositories = ['team/api', 'team/web', 'tools'].slice(0, few(random));
  const convention = random.chance(0.75) ? 'incremental' : 'floating';
  // Few patch groups hold more images than one, unless many images need a patch at once.
  const crowd = random.chance(0.15)
    ? crowdOf(repositories[0] ?? '', random, convention)
    : undefined;
  const images =
    crowd ?? repositories.flatMap((repository) => imagesOf(repository, random, convention));
  const runs = runsOf(random);
  const lastAt = Math.max(...runs.map(({ at }) => at));
  // A run of one hour reaches its deadline after almost any fault.
  const runHours = random.chance(0.08) ? 1 : LONGEST_RUN_HOURS;
  const conventions =
    convention === 'incremental' && random.chance(0.15) ? ['incremental', 'floating'] : convention;
  const policyOf = (named: readonly string[]) => ({
    version: 'v1',
    'tag-convention': conventions,
    repositories: [
      ...named.map((repository) => ({ repository, tags: tagsOf(repository, images, random) })),
      ...(random.chance(0.1) ? [{ repository: 'no/such', tags: ['*'] }] : []),
    ],
  });
  return {
    images,
    policy: policyOf(repositories),
    ...(lastAt > 0 &&
      random.chance(0.2) && {
        laterPolicy: {
          at: random.between(0, lastAt),
          policy: policyOf(repositories.filter(() => random.chance(0.7))),
        },
      }),
    runs,
    atOnce: random.between(1, 4),
    pollSeconds: random.pick([15, 60, 120, 180]),
    tickSeconds: random.pick([30, 120]),
    maxGroups: random.between(1, 4),
    scanBatch: crowd === undefined ? random.between(1, 5) : crowd.length,
    patchBatch: crowd === undefined ? random.between(1, 3) : crowd.length,
    mountsRefused: random.chance(0.1),
    noBuilder: random.chance(0.02),
    builderRefused: random.chance(0.05),
    tablesLost: random.chance(0.1),
    runHours,
    ...(lastAt > 0 && random.chance(0.5) && { newerDatabaseAt: random.between(0, lastAt) }),
    ...(random.chance(runHours === 1 ? 0.4 : 0.07) && { quotas: quotasOf(random) }),
    ...(random.chance(0.01) && { tickDiesAt: random.between(1, 1800) }),
    timersDead: random.chance(0.03),
    ...(runs.length === 1 && { insertsLate: random.chance(0.02) }),
    pullsRefused: random.chance(0.05),
    ...(random.chance(0.05) && { foreignMark: random.pick(repositories) }),
    ...(random.chance(0.35) && { receiver: receiverOf(random, lastAt) }),
  };
}

/** It works again before the faults stop. */
function receiverOf(random: Random, lastAt: number): ReceiverCourse {
  const from = random.between(0, lastAt + 3600);
  return {
    ...(random.chance(0.3) && { down: { from, to: from + random.between(60, 3 * 3600) } }),
    ...(random.chance(0.2) && { refusesUntil: random.between(0, lastAt + 2 * 3600) }),
    ...(random.chance(0.1) && { goneAt: random.between(0, lastAt + 2 * 3600) }),
  };
}

function quotasOf(random: Random): GroupLimits {
  const rate = () => ({ perHour: random.between(4, 20), perFiveMinutes: random.between(1, 5) });
  const groups = random.between(1, 4);
  return {
    groups,
    bySubnet: groups === 1,
    cores: random.pick([2, 4, 100]),
    creations: rate(),
    deletions: rate(),
  };
}

/** Usually one, because many small worlds find more faults than a few large ones. */
function few(random: Random): number {
  return Number(random.weighted({ 1: 5, 2: 3, 3: 1 }));
}

function crowdOf(repository: string, random: Random, convention: string): ScenarioImage[] {
  const kinds = ['outdated', 'outdated-twice', 'outdated', 'outdated-in-part'] as const;
  return kinds.map((kind, at) => {
    const tag = `v${at + 1}-${convention === 'floating' ? 'patched' : '1'}`;
    const before = kind === 'outdated-in-part' && random.chance(0.5);
    const patched = before ? [{ tag, kind, partial: true }] : [];
    return { repository, tags: [`v${at + 1}`], kind, patched };
  });
}

function imagesOf(repository: string, random: Random, convention: string): ScenarioImage[] {
  return Array.from({ length: few(random) }, (_, at) => {
    const kind = random.weighted({
      outdated: 6,
      'outdated-twice': 3,
      clean: 1,
      'no-fix': 1,
      'end-of-life': 1,
      'no-advisories': 1,
      'no-system': 1,
      windows: 0.5,
      touched: 0.5,
    });
    const tags = [`v${at + 1}`, `v${at + 1}.0`, `latest${at}`].slice(
      0,
      Number(random.weighted({ 1: 5, 2: 3, 3: 1 })),
    );
    return {
      repository,
      tags,
      kind,
      patched: patchedBefore(tags[0] ?? '', kind, random, convention),
    };
  });
}

/** The findings may have been others then. The system was the same, so no patch alone is beyond its end of life. */
const OTHER_KINDS = IMAGE_KINDS.filter((kind) => kind !== 'end-of-life');

function patchedBefore(
  base: string,
  kind: ScenarioImage['kind'],
  random: Random,
  convention: string,
): ScenarioImage['patched'] {
  if (kind === 'windows' || kind === 'touched' || !random.chance(0.2)) return [];
  const made = random.chance(0.5) ? kind : random.pick(OTHER_KINDS);
  const suffix = convention === 'floating' ? 'patched' : random.chance(0.1) ? '999' : '1';
  return [{ tag: `${base}-${suffix}`, kind: made }];
}

function tagsOf(repository: string, images: readonly ScenarioImage[], random: Random): string[] {
  if (random.chance(0.5)) return ['*'];
  const tags = images.filter((one) => one.repository === repository).flatMap((one) => one.tags);
  return random.chance(0.2) ? [...tags, 'gone'] : tags;
}

function runsOf(random: Random): ScenarioRun[] {
  const count = random.weighted({ 1: 7, 2: 3, 3: 0.5 });
  let at = 0;
  return Array.from({ length: Number(count) }, (_, nth) => {
    const run = {
      at,
      trigger: nth === 0 ? ('schedule' as const) : ('manual' as const),
      dryRun: random.chance(nth === 0 ? 0.03 : 0.15),
      ...(random.chance(0.12) && { canceledAt: at + random.between(1, 3600) }),
      canceledAtIntent: random.chance(0.08),
    };
    // The next run starts right after the first, in its middle, or long after its end.
    at += random.pick([random.between(1, 60), random.between(60, 3600), 86_400]);
    return run;
  });
}
