import { randomInt } from 'node:crypto';
import { prepareReal } from '../real/prepare.ts';
import type { Progress } from '../real/progress.ts';
import { chaosScenario } from './chaos-scenario.ts';
import type { DemoOptions } from './demo-args.ts';
import { findOwnImage } from './own-image.ts';
import { ownImageScenario } from './own-image-scenario.ts';
import { realScenario } from './real-scenario.ts';
import type { Scenario } from './scenario.ts';
import { standInScenario } from './stand-in-scenario.ts';

/** Brings the machine to where the wanted demo can run; throws what says plainly why it can't. */
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
  const prepared = await prepareReal(context);
  if (options.image === undefined) return realScenario(prepared);
  const { skopeo } = prepared.tools;
  return ownImageScenario(prepared, await findOwnImage(options.image, { ...context, skopeo }));
}
