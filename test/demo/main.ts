import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RealRunNotPossible } from '../real/prepare.ts';
import { createProgress, type Progress } from '../real/progress.ts';
import { answeredLines } from './answered-lines.ts';
import { type DemoOptions, keepCommand, parseDemoArgs, USAGE } from './demo-args.ts';
import { DemoProblem } from './demo-problem.ts';
import { endedWell, jsonReport } from './demo-report.ts';
import { diskProblem } from './disk-problem.ts';
import { furtherLines } from './further-lines.ts';
import { addHistory } from './history/add-history.ts';
import { onInterrupt } from './interruption.ts';
import { dashboardLines, writeEnvironment } from './look-around.ts';
import { prepareScenario } from './prepare-scenario.ts';
import { reportLines } from './report-lines.ts';
import { type DemoRun, runDemo } from './run-demo.ts';
import { createScreen, type Screen } from './screen.ts';

await main();

/** `npm run demo`: see `USAGE`. */
async function main(): Promise<void> {
  const parsed = parseDemoArgs(process.argv.slice(2));
  switch (parsed.kind) {
    case 'help':
      console.log(USAGE);
      return;
    case 'wrong':
      console.error(`${parsed.message}\n\n${USAGE}`);
      process.exitCode = 2;
      return;
    case 'run':
      process.exitCode = await demo(parsed.options);
      return;
    default:
      parsed satisfies never;
  }
}

async function demo(options: DemoOptions): Promise<number> {
  const screen = createScreen(options.json ? process.stderr : process.stdout, process.env);
  const interruption = onInterrupt(() => {
    screen.close();
    screen.line('\nEnding everything. Ctrl+C again ends it at once and may leave files behind.');
  });
  const { signal } = interruption;
  let scratch: string | undefined;
  try {
    const folder = await mkdtemp(join(tmpdir(), 'patchwright-demo-'));
    scratch = folder;
    const progress = createProgress({ stream: screen.stream, now: () => performance.now() });
    const scenario = await prepareScenario(options, { progress, signal, scratch: folder });
    screen.line(screen.palette.bold('Patchwright: the built app on a local Azure'));
    for (const text of scenario.intro) screen.line(text);
    screen.line();
    return await runDemo(scenario, { screen, progress, signal }, (run) =>
      present(run, {
        ...{ options, screen, progress },
        scratch: folder,
        interrupted: interruption.happened,
      }),
    );
  } catch (error) {
    if (signal.aborted) return interruption.exitCode();
    console.error(explained(error));
    return 1;
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

/** The message of an error that the user can understand; otherwise the error with its stack. */
function explained(error: unknown): unknown {
  if (error instanceof DemoProblem || error instanceof RealRunNotPossible) return error.message;
  return diskProblem(error) ?? error;
}

/** Prints the report, and with `--keep` waits for an interruption. */
async function present(
  run: DemoRun,
  about: {
    readonly options: DemoOptions;
    readonly screen: Screen;
    readonly progress: Progress;
    readonly scratch: string;
    readonly interrupted: Promise<never>;
  },
): Promise<number> {
  const { options, screen } = about;
  const { report, world, host } = run;
  if (options.keep) await addHistory(report.run, world.storage, about.progress);
  const kept = options.keep ? await writeEnvironment(about.scratch, world, host) : undefined;
  const file = kept?.file;
  screen.line();
  for (const text of reportLines(report, screen)) screen.line(text);
  screen.line();
  const { registry, outcomes } = report;
  const further = furtherLines({
    runId: report.run.id,
    registry,
    outcomes,
    environmentFile: file,
    keepCommand: keepCommand(options),
  });
  for (const text of further) screen.line(text);
  if (options.json) console.log(JSON.stringify(jsonReport(report, file), undefined, 2));
  if (kept !== undefined) {
    screen.line();
    for (const text of await answeredLines(report, kept.patchwright)) screen.line(text);
    screen.line();
    for (const text of dashboardLines(kept)) screen.line(text);
    await about.interrupted;
  }
  return endedWell(report) ? 0 : 1;
}
