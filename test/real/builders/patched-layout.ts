import { join } from 'node:path';
import type { RealTools } from '../tools/find-real-tools.ts';
import { patchImage } from './patch-image.ts';
import type { RegistryScene } from './registry-scene.ts';
import { type BuilderName, type StartBuilderOptions, startBuilder } from './start-builder.ts';

export interface PatchedLayoutOptions extends Omit<StartBuilderOptions, 'scene' | 'tools'> {
  readonly scene: RegistryScene;
  readonly tools: RealTools;
  /** Repository and tag. The scene's user must have scanned it last. */
  readonly image: string;
  /** Repository and tag of the patch. */
  readonly target: string;
}

/** Patches an image with a builder of its own, and returns the folder of the patch's OCI layout. */
export async function patchedLayout(
  name: BuilderName,
  { image, target, ...options }: PatchedLayoutOptions,
): Promise<string> {
  const { scene, tools } = options;
  const builder = await startBuilder(name, options);
  const report = join(scene.login, 'report.json');
  try {
    await patchImage({ scene, tools, image, report, address: builder.address, target });
  } finally {
    await builder.stop();
  }
  return scene.user.pull(target);
}
