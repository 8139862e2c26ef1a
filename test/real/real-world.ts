import { startWorld, type World, type WorldOptions } from '../world/world.ts';
import type { Prepared } from './prepare.ts';
import { seedOperatorImages } from './seed-registry.ts';
import { linkWorkerTools } from './worker-tools.ts';

export interface RealWorldOptions {
  /** What `prepareReal` found or made. */
  readonly prepared: Prepared;
  readonly world?: Omit<WorldOptions, 'toolsFolder'>;
}

/**
 * Starts the local Azure with the real tools in place of the stand-ins, and with all that an operator
 * brings into the registry: the database and Copa's tooling images. Images to be patched and the
 * policy are the caller's to add. `close` ends it all and removes what it wrote.
 */
export async function startRealWorld({ prepared, world }: RealWorldOptions): Promise<World> {
  const tools = await linkWorkerTools(prepared.tools);
  try {
    const started = await startWorld({ ...world, toolsFolder: tools.folder });
    const close = async () => {
      await started.close();
      await tools.remove();
    };
    await seedOperatorImages(started.registry, prepared).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return { ...started, close };
  } catch (error) {
    await tools.remove();
    throw error;
  }
}
