import { startRealHost } from '../real-host/start-real-host.ts';
import { testedProgram } from '../real-host/tested-program.ts';
import type { FunctionsHost, FunctionsHostOptions } from './functions-host.ts';
import { startStandInHost } from './stand-in-host.ts';

/**
 * Starts the app in the host that this run of the tests is about: Microsoft's own in `npm run test:host`,
 * else the stand-in, which is held to the same contract (functions-host.test.ts).
 */
export function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const program = testedProgram();
  return program === undefined ? startStandInHost(options) : startRealHost(program, options);
}
