import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { type CrashPoints, parseCrashes } from './crash-points.ts';
import { loadLines } from './load-figures.ts';
import { printCoverage, printFailures, printWorld } from './print-results.ts';
import type { Share, ShareResult } from './share.ts';
import { simulateLoad, USUAL_LOAD } from './simulate-load.ts';

const HELP = `npm run simulate -- [options]
  --seed N          one world, with every step that it took if it fails (--trace: always)
  --seeds N         N worlds (1000)  --from S  the first seed (1)
  --crashes         one run, with a crash before and after each of its writes in turn
  --pairs           the same for each pair of neighboring writes
  --crash "before 17,after 18"   one of these, like --seed
  --targets N       one run over N images, of whose calls a share fails (--undisturbed: none):
                    how many calls, how long, how much memory
  --stop-at-first   stop each thread at its first failure
The first worlds that fail are printed with every step that they took. The last line is the summary; the exit status is 0 if nothing failed and, with --seeds 10000 or
more, each kind of fault and each transition was seen.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    targets: { type: 'string' },
    undisturbed: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    crash: { type: 'string' },
    crashes: { type: 'boolean', default: false },
    pairs: { type: 'boolean', default: false },
    'stop-at-first': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** From this number of worlds on, kinds and transitions that never occurred count as a failure. */
const ENOUGH_TO_SEE_ALL = 10_000;

if (values.help) console.log(HELP);
else if (values.seed !== undefined) {
  const world = { kind: 'seed', seed: numberOf(values.seed) } as const;
  process.exitCode = await printWorld(world, values.trace);
} else if (values.crash !== undefined) {
  const world = { kind: 'crash', crashes: crashesOf(values.crash) } as const;
  process.exitCode = await printWorld(world, values.trace);
} else if (values.targets !== undefined) {
  process.exitCode = await load(numberOf(values.targets));
} else process.exitCode = await simulate();

async function load(targets: number): Promise<number> {
  const faultShare = values.undisturbed ? 0 : USUAL_LOAD.faultShare;
  const result = await simulateLoad(targets, { ...USUAL_LOAD, faultShare });
  for (const line of loadLines(result, targets)) console.log(line);
  return result.violations.length > 0 ? 1 : 0;
}

async function simulate(): Promise<number> {
  const shares = sharesOf(availableParallelism());
  const started = performance.now();
  let done = 0;
  const results = await Promise.all(
    shares.map((share) =>
      runThread(share, () => {
        done += 1;
        if (process.stderr.isTTY) process.stderr.write(`\r${done} worlds`);
      }),
    ),
  );
  if (process.stderr.isTTY) process.stderr.write('\r');
  const coverage = new Coverage();
  for (const result of results) coverage.add(result.coverage);
  const failures = results.flatMap((result) => result.failures);
  await printFailures(failures);
  const seeds = shares.some((share) => share.kind === 'seeds');
  if (seeds) printCoverage(coverage);
  const worlds = results.reduce((sum, result) => sum + result.worlds, 0);
  const seconds = Math.round((performance.now() - started) / 1000);
  const missing = seeds ? coverage.missing() : [];
  const seen = `${Coverage.total - missing.length} of ${Coverage.total} kinds and transitions seen`;
  const faults = [...coverage.faults.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${worlds} worlds, ${faults} faults injected, ${failures.length} invariant failures, ` +
      `${seeds ? `${seen}, ` : ''}${seconds} s`,
  );
  if (failures.length > 0) return 1;
  return worlds >= ENOUGH_TO_SEE_ALL && missing.length > 0 ? 1 : 0;
}

function sharesOf(threads: number): readonly Share[] {
  const numbers = Array.from({ length: threads }, (_, nth) => nth);
  if (values.crashes || values.pairs) {
    const { pairs } = values;
    return numbers.map((nth) => ({ kind: 'crashes', pairs, nth, of: threads }));
  }
  const from = numberOf(values.from);
  const seeds = Array.from({ length: numberOf(values.seeds) }, (_, at) => from + at);
  const stopAtFirst = values['stop-at-first'];
  return numbers.map((nth) => ({
    kind: 'seeds',
    seeds: seeds.filter((seed) => seed % threads === nth),
    stopAtFirst,
  }));
}

function runThread(share: Share, onWorld: () => void): Promise<ShareResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./share-thread.ts', import.meta.url), { workerData: share });
    worker.on('message', (message: { readonly result?: ShareResult }) => {
      if (message.result === undefined) onWorld();
      else resolve(message.result);
    });
    worker.on('error', reject);
  });
}

function crashesOf(text: string): CrashPoints {
  const crashes = parseCrashes(text);
  if (crashes !== undefined) return crashes;
  console.error(`"${text}" is not of the form "before 17,after 18"`);
  return process.exit(2);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) {
    console.error(`${text} is not a whole number`);
    process.exit(2);
  }
  return number;
}
