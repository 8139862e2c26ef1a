import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { type Prepared, prepareReal } from '../prepare.ts';
import { BENCH_CASES, type BenchCase, benchImage } from './bench-cases.ts';
import { type BenchRow, benchTable, type Measured } from './bench-table.ts';
import { medianOf, turnOrder } from './bench-turns.ts';
import { patchImage } from './patch-image.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';
import { type BuilderName, startBuilder } from './start-builder.ts';

/**
 * `npm run bench:builder [-- --only NAME]… [--repeat N] [--at-once] [--log]`: patches images with both
 * builders in turn, and prints a table of findings, time and disk: the medians of N turns. In turn, it is
 * valid only on an idle machine. With `--at-once` both builders patch at the same time, so that what else
 * the machine does slows down both.
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
    const turns: Record<BuilderName, Measured[]> = { upstream: [], 'mount-free': [] };
    let log = '';
    const measured = async (name: BuilderName) => {
      const result = await measure(scene, prepared, { one, name, report });
      turns[name].push(result);
      console.error(turnLine(one, name, result));
      if (name === 'mount-free') log = result.log;
    };
    for (let turn = 0; turn < repeat; turn += 1) {
      const [first, second] = turnOrder<BuilderName>(turn, ['upstream', 'mount-free']);
      const begun = measured(first);
      if (!atOnce) await begun;
      await Promise.all([begun, measured(second)]);
    }
    const after = findings(await user.scan(targetOf(one, 'mount-free')));
    const { what, timeLimit } = one;
    const upstream = medianOf(turns.upstream);
    const own = medianOf(turns['mount-free']);
    const row = { what, before, after, upstream, own, ...(timeLimit && { timeLimit }) };
    return { row, log };
  } finally {
    await end();
  }
}

function turnLine({ name }: BenchCase, builder: BuilderName, measured: Measured): string {
  return `${name} ${builder}: ${measured.seconds.toFixed(1)} s, ${measured.megabytes} MB`;
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
