import { startWorld, type World, type WorldOptions } from '../world/world.ts';
import type { CageRules } from './cage/cage-bundle.ts';
import { makeEnclosures } from './cage/enclosures.ts';
import type { Prepared } from './prepare.ts';
import { seedOperatorImages } from './seed-registry.ts';
import { linkWorkerTools } from './worker-tools.ts';

export interface RealWorldOptions {
  /** What `prepareReal` found or made. */
  readonly prepared: Prepared;
  readonly world?: Omit<WorldOptions, 'toolsFolder' | 'privilegedToolsFolder' | 'enclose'>;
  /** What the cage of a Standard group takes away or shares. */
  readonly cage?: CageRules & { readonly deviceNodes?: boolean };
}

/**
 * Starts the local Azure with the real tools in place of the stand-ins, and with all that an operator
 * brings into the registry: the database and Copa's tooling images. Its Standard groups run in cages,
 * unless `prepared` says why this machine has none. Images to be patched and the policy are the
 * caller's to add. `close` ends it all and removes what it wrote.
 */
export async function startRealWorld({ prepared, world, cage }: RealWorldOptions): Promise<World> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    const tools = await linkWorkerTools(prepared.tools);
    closers.push(() => tools.remove());
    const { deviceNodes = true, ...rules } = cage ?? {};
    const enclosures =
      prepared.noCage === undefined
        ? await makeEnclosures({
            runc: prepared.tools.runc,
            rules: { noNewPrivileges: !newPrivilegesAllowed(process.env), ...rules },
            deviceNodes,
          })
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

/** Nobody knows whether ACI sets noNewPrivileges: `npm run test:long` runs the suite without it. */
function newPrivilegesAllowed(environment: NodeJS.ProcessEnv): boolean {
  return environment.PATCHWRIGHT_CAGE_NEW_PRIVILEGES === 'allowed';
}
