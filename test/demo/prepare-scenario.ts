import { randomInt } from 'node:crypto';
import { prepareReal, RealRunNotPossible } from '../real/prepare.ts';
import type { Progress } from '../real/progress.ts';
import { findRealTools } from '../real/tools/find-real-tools.ts';
import { chaosScenario } from './chaos-scenario.ts';
import type { DemoOptions } from './demo-args.ts';
import { fetchImage, nameImage } from './own-image.ts';
import { ownImageScenario } from './own-image-scenario.ts';
import { realScenario } from './real-scenario.ts';
import type { Scenario } from './scenario.ts';
import { standInScenario } from './stand-in-scenario.ts';

/** Prepares the machine for the requested demo. Throws an error that explains why it can't run. */
export async function prepareScenario(
  options: DemoOptions,
  context: {
    readonly progress: Progress;
    readonly signal: AbortSignal;
    readonly scratch: string;
  },
): Promise<Scenario> {
  if (options.chaos) return chaosScenario(options.seed ?? randomInt(1_000_000));
  if (!options.real) return standInScenario();
  if (options.image === undefined) return realScenario(await prepareReal(context));
  // Checked before the tools are built for a quarter of an hour.
  const named = await nameImage(options.image);
  const found = await findRealTools();
  if (!found.ok) throw new RealRunNotPossible(found.missing);
  const image = await fetchImage(named, { ...context, skopeo: found.skopeo });
  return ownImageScenario(await prepareReal(context), image);
}
