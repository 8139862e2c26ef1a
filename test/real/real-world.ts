import { startWorld, type World, type WorldOptions } from '../world/world.ts';
import { type EnclosureRules, makeEnclosures } from './cage/enclosures.ts';
import type { Prepared } from './prepare.ts';
import { seedOperatorImages } from './seed-registry.ts';
import { linkWorkerTools } from './worker-tools.ts';

export interface RealWorldOptions {
  /** The result of `prepareReal`. */
  readonly prepared: Prepared;
  readonly world?: Omit<WorldOptions, 'toolsFolder' | 'privilegedToolsFolder' | 'enclose'>;
  /** The restrictions and shared folders of the next cage of a Standard group. */
  readonly cage?: () => EnclosureRules;
}

/**
 * Starts the local Azure with the real tools instead of the stand-ins, and with the imports of an
 * operator: the database and Copa's tooling images. Its Standard groups run in cages, unless `prepared`
 * has a reason against it. The caller adds the images and the policy. `close` ends everything and
 * deletes its files.
 */
export async function startRealWorld({ prepared, world, cage }: RealWorldOptions): Promise<World> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    const tools = await linkWorkerTools(prepared.tools);
    closers.push(() => tools.remove());
    const usual = usualRules(process.env);
    const rules = () => ({ ...usual, ...cage?.() });
    const enclosures =
      prepared.noCage === undefined
        ? await makeEnclosures({ runc: prepared.tools.runc, rules })
        : undefined;
    if (enclosures !== undefined) closers.push(() => enclosures.remove());
    const started = await startWorld({
      ...world,
      toolsFolder: tools.folder,
      privilegedToolsFolder: tools.privilegedFolder,
      ...(enclosures && { enclose: enclosures.enclose }),
    });
    closers.push(() => started.close());
    await seedOperatorImages(started.registry, prepared);
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * It is unknown whether ACI sets noNewPrivileges and whether it refuses mknod(2), so `npm run test:long`
 * repeats the suite with the second value of each.
 */
function usualRules(environment: NodeJS.ProcessEnv): EnclosureRules {
  return {
    noNewPrivileges: environment.PATCHWRIGHT_CAGE_NEW_PRIVILEGES !== 'allowed',
    deny: environment.PATCHWRIGHT_CAGE_MKNOD === 'refused' ? ['mknod'] : [],
  };
}
