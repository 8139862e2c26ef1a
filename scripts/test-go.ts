import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type GoTestEvent, goTestCounts, parseGoTestEvent } from './ci/go-test-events.ts';

/**
 * `npm run test:go`: runs `go vet` and the tests of the Go modules that have source in this repository.
 * The last line counts the tests. A module that does not compile counts as one failure.
 */
const root = join(import.meta.dirname, '..');
const MODULES = [
  'infra/worker/builder',
  'infra/worker/copa',
  'test/real/cage/go',
  'test/real/advisories/go',
  'test/recipes/go',
];

let passed = 0;
let failed = 0;
for (const module of MODULES) {
  const cwd = join(root, module);
  const vetted = await runGo(['vet', './...'], cwd, (line) => console.log(line));
  const events: GoTestEvent[] = [];
  const tested = await runGo(['test', '-json', './...'], cwd, (line) => {
    const event = parseGoTestEvent(line);
    if (event === undefined) return console.log(line);
    events.push(event);
  });
  const counts = goTestCounts(events);
  for (const line of counts.lines) console.log(line);
  const broken = vetted !== 0 || (tested !== 0 && counts.failed === 0);
  passed += counts.passed;
  failed += counts.failed + (broken ? 1 : 0);
  console.log(`${module}: ${counts.passed} passed, ${counts.failed + (broken ? 1 : 0)} failed`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs go and passes on each line of its output. Returns the exit code, or 1 if Go is missing. */
async function runGo(
  args: readonly string[],
  cwd: string,
  onLine: (line: string) => void,
): Promise<number> {
  const child = spawn('go', args, {
    cwd,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      console.error(`go cannot be started (${error.message}): install Go and put it on the PATH`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
  await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      for await (const line of createInterface({ input: stream })) onLine(line);
    }),
  );
  return ended;
}
