import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DELIBERATE_FAULTS, type DeliberateFault } from './fault-texts.ts';

/**
 * `npm run simulate:faults`: plants one fault at a time in a copy of the pipeline and checks that the
 * simulation detects it within a number of seeds.
 */
const SEEDS = 500;
const ROOT = new URL('../..', import.meta.url).pathname;

const only = process.argv[2];
const faults = DELIBERATE_FAULTS.filter(({ name }) => only === undefined || name.includes(only));
const copy = await mkdtemp(join(tmpdir(), 'patchwright-faults-'));
try {
  for (const folder of ['lib', 'test/simulation', 'test/fakes', 'test/pipeline', 'package.json']) {
    await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const { code } = await simulate();
  const sound = code === 0;
  if (!sound)
    console.log(
      'THE PIPELINE FAILS WITHOUT A PLANTED FAULT: the detections below may have the same cause',
    );
  let missed = 0;
  for (const fault of faults) {
    const caught = await tryFault(fault);
    if (caught === undefined) missed += 1;
    console.log(
      `${caught === undefined ? 'NOT CAUGHT' : 'caught'}: ${fault.name}  ${caught ?? ''}`,
    );
  }
  console.log(`${faults.length - missed} of ${faults.length} deliberate faults caught`);
  process.exitCode = sound && missed === 0 ? 0 : 1;
} finally {
  await rm(copy, { recursive: true, force: true });
}

/** Returns the first failure that the simulation reports, or undefined. */
async function tryFault(fault: DeliberateFault): Promise<string | undefined> {
  const file = join(copy, 'lib/pipeline', fault.file);
  const original = await readFile(file, 'utf8');
  if (original.split(fault.text).length !== 2) {
    throw new Error(
      `${fault.name}: lib/pipeline/${fault.file} does not contain its text exactly once`,
    );
  }
  await writeFile(
    file,
    original.replace(fault.text, () => fault.instead),
  );
  try {
    const { code, output } = await simulate();
    if (code === 0) return undefined;
    const failure = output.split('\n').find((line) => line.startsWith('seed '));
    if (failure === undefined) {
      throw new Error(`${fault.name}: the simulation itself broke:\n${output}`);
    }
    return failure;
  } finally {
    await writeFile(file, original);
  }
}

function simulate(): Promise<{ readonly code: number | null; readonly output: string }> {
  const main = join(copy, 'test/simulation/main.ts');
  const child = spawn(process.execPath, [main, '--seeds', String(SEEDS), '--stop-at-first'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}
