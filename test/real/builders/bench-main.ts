import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { type Prepared, prepareReal } from '../prepare.ts';
import { BENCH_CASES, type BenchCase, benchImage } from './bench-cases.ts';
import { type BenchRow, benchTable, type Measured } from './bench-table.ts';
import { patchImage } from './patch-image.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';
import { type BuilderName, startBuilder } from './start-builder.ts';

/**
 * `npm run bench:builder [-- --only NAME]… [--repeat N] [--at-once] [--log]`: patches images with both
 * builders in turn, and prints a table of findings, time and disk. The time is the shortest of N patches.
 * In turn, it is valid only on an idle machine. With `--at-once` both builders patch at the same time, so
 * that what else the machine does slows down both.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      repeat: { type: 'string', default: '1' },
      'at-once': { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
    },
  });
  const prepared = await prepareReal();
  const scene = await startRegistryScene(prepared);
  const rows: BenchRow[] = [];
  try {
    for (const one of BENCH_CASES.filter(({ name }) => values.only?.includes(name) ?? true)) {
      const how = { repeat: Number(values.repeat), atOnce: values['at-once'] };
      const { row, log } = await bench(scene, prepared, one, how);
      rows.push(row);
      console.error(benchTable([row]).at(-1));
      if (values.log) console.error(log);
    }
  } finally {
    await scene.close();
  }
  for (const line of benchTable(rows)) console.log(line);
}

async function bench(
  scene: RegistryScene,
  prepared: Prepared,
  one: BenchCase,
  { repeat, atOnce }: { readonly repeat: number; readonly atOnce: boolean },
): Promise<{ readonly row: BenchRow; readonly log: string }> {
  const end = await one.seed(scene, prepared);
  try {
    // A case may replace the database, which Trivy downloads once.
    const { user, folder } = await scene.newUser(one.name);
    const before = findings(await user.scan(benchImage(one)));
    const report = join(folder, 'before.json');
    await copyFile(join(folder, 'report.json'), report);
    const measured = (name: BuilderName) => measure(scene, prepared, { one, name, report });
    const both = async () => {
      const upstream = measured('upstream');
      if (!atOnce) await upstream;
      return Promise.all([upstream, measured('mount-free')]);
    };
    let [upstream, own] = await both();
    for (let again = 1; again < repeat; again += 1) {
      const next = await both();
      upstream = quicker(upstream, next[0]);
      own = quicker(own, next[1]);
    }
    const after = findings(await user.scan(targetOf(one, 'mount-free')));
    const { what, timeLimit } = one;
    const row = { what, before, after, upstream, own, ...(timeLimit && { timeLimit }) };
    return { row, log: own.log };
  } finally {
    await end();
  }
}

function quicker<M extends Measured>(a: M, b: M): M {
  return b.seconds < a.seconds ? b : a;
}

function findings(report: TrivyReport): number {
  return (report.Results ?? []).flatMap((result) => result.Vulnerabilities ?? []).length;
}

function targetOf({ name }: BenchCase, builder: BuilderName): string {
  return `staging/${name}:${builder}`;
}

interface Measurement {
  readonly one: BenchCase;
  readonly name: BuilderName;
  /** Path of Trivy's report. */
  readonly report: string;
}

async function measure(
  scene: RegistryScene,
  { tools }: Prepared,
  { one, name, report }: Measurement,
): Promise<Measured & { readonly log: string }> {
  const builder = await startBuilder(name, { scene, tools });
  let measured: Measured | undefined;
  let log = '';
  try {
    const { seconds } = await patchImage({
      scene,
      tools,
      image: benchImage(one),
      report,
      address: builder.address,
      target: targetOf(one, name),
    });
    measured = { seconds, megabytes: await builder.diskMegabytes() };
  } finally {
    log = await builder.stop();
  }
  return { ...measured, log };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
