import { makeEnclosures, whyNoEnclosure } from './cage/enclosures.ts';
import { prepareImages } from './prepare-images.ts';
import type { PreparedImages } from './prepared-images.ts';
import { type Progress, stderrProgress } from './progress.ts';
import { buildTools } from './tools/build-tools.ts';
import { findRealTools, type MissingThing, type RealTools } from './tools/find-real-tools.ts';
import { findGo } from './tools/go-toolchain.ts';
import { installSystemPackages } from './tools/system-packages.ts';

export interface Prepared extends PreparedImages {
  readonly tools: RealTools;
  /** The reason if containers cannot run in cages on this machine. */
  readonly noCage?: string;
}

export interface PrepareRealOptions {
  readonly progress?: Progress;
  readonly now?: Date;
  readonly signal?: AbortSignal;
}

/** The missing prerequisites of the real run, as a message and as data. */
export class RealRunNotPossible extends Error {
  readonly missing: readonly MissingThing[];

  constructor(missing: readonly MissingThing[]) {
    const lines = missing.map(({ what, how }) => `  ${what}\n    ${how}`);
    super(`The real tools cannot be used on this machine. Missing:\n${lines.join('\n')}`);
    this.name = 'RealRunNotPossible';
    this.missing = missing;
  }
}

/**
 * Prepares a run with the real tools: system packages (as root), tools, images and database. The first
 * time takes about 15 minutes on 2 cores; after that everything is in the cache. Throws
 * {@link RealRunNotPossible} if a prerequisite is missing.
 */
export async function prepareReal(options: PrepareRealOptions = {}): Promise<Prepared> {
  const progress = options.progress ?? stderrProgress();
  await refuseMachine();
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const tools = await prepareTools(progress, options.signal);
  const images = await prepareImages({ progress, now: options.now ?? new Date(), ...signal });
  const noCage = await findCage(tools);
  if (noCage !== undefined) progress.note(`Containers run as plain processes: ${noCage}`);
  return { tools, ...images, ...(noCage !== undefined && { noCage }) };
}

/** Returns the reason if this machine cannot run cages, else undefined. */
async function findCage({ runc, programs }: RealTools): Promise<string | undefined> {
  const needed = [process.execPath, ...Object.values(programs)];
  try {
    const enclosures = await makeEnclosures({ runc });
    return await whyNoEnclosure(enclosures, needed).finally(() => enclosures.remove());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Reports prerequisites that no build can provide, before a build of twelve minutes. */
async function refuseMachine(): Promise<void> {
  const search = await findRealTools();
  if (!search.ok && search.missing.some(({ kind }) => kind === 'machine')) {
    throw new RealRunNotPossible(search.missing);
  }
}

/** Installs and builds missing prerequisites, as far as this account may. */
export async function prepareTools(progress: Progress, signal?: AbortSignal): Promise<RealTools> {
  const first = await findRealTools();
  if (first.ok) {
    return first;
  }
  const kinds = new Set(first.missing.map(({ kind }) => kind));
  if (kinds.has('package')) {
    await installSystemPackages(progress);
  }
  const go = await findGo();
  if (kinds.has('build') && !kinds.has('go') && process.platform === 'linux' && go !== undefined) {
    await buildTools({ go, progress, ...(signal && { signal }) });
  }
  const second = await findRealTools();
  if (!second.ok) {
    throw new RealRunNotPossible(second.missing);
  }
  return second;
}
