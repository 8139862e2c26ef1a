import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BuilderKind,
  type BuilderRefusal,
  BuilderReport,
  describeRefusals,
} from '../../lib/job/builder-report.ts';
import { plainLines } from '../../lib/text/plain-lines.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { toolFailureMessage } from '../tools/failure-message.ts';
import { runTool, succeeded, type ToolRun } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';

/** The program that probes, and that builds without mount(2): infra/worker/builder/README.md. */
export const BUILDER_PROGRAM = 'patchwright-builder';
const LIMIT_SECONDS = 60;

export type OwnBuilderKind = Exclude<BuilderKind, 'remote'>;

export type BuilderProbe =
  | { readonly ok: true; readonly report: BuilderReport }
  | { readonly ok: false; readonly message: string; readonly refusals: readonly BuilderRefusal[] };

export type BuilderChoice =
  | { readonly ok: true; readonly kind: OwnBuilderKind }
  | Extract<BuilderProbe, { ok: false }>;

/** Probes what this container may do, and chooses the builder for it. Never throws. */
export async function chooseBuilder(
  context: WorkerContext,
  environment: ToolEnvironment,
): Promise<BuilderChoice> {
  const probe = await probeBuilder(context, environment);
  if (!probe.ok) {
    context.log.error('No builder can work here.', { reason: probe.message });
    return probe;
  }
  const { builder, deviceNodes, refusals } = probe.report;
  if (builder === 'none') {
    const message = `this container refuses what a builder needs: ${describeRefusals(refusals)}`;
    context.log.error('No builder can work here.', { reason: message });
    return { ok: false, message, refusals };
  }
  context.log.info('The builder was chosen.', { builder, deviceNodes });
  return { ok: true, kind: builder };
}

/** Tries each need of each builder. */
export async function probeBuilder(
  context: WorkerContext,
  environment: ToolEnvironment,
): Promise<BuilderProbe> {
  const root = join(context.scratch, 'builder-probe');
  const run = await runTool(
    context,
    {
      name: BUILDER_PROGRAM,
      args: ['probe', '--root', root],
      environment: environment.variables,
    },
    LIMIT_SECONDS,
  );
  await rm(root, { recursive: true, force: true }).catch(() => undefined);
  if (!succeeded(run)) return noReport(run);
  const parsed = BuilderReport.safeParse(jsonOf(run.stdout));
  if (parsed.success) return { ok: true, report: parsed.data };
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  const message = `${BUILDER_PROGRAM} printed no report of a probe (at "${where}")`;
  return { ok: false, message, refusals: [] };
}

/** A missing program is a lasting refusal, because the next container has the same worker image. */
function noReport(run: ToolRun): BuilderProbe {
  const message = toolFailureMessage(BUILDER_PROGRAM, run, plainLines(run.stderr));
  const missing = run.end.how === 'not-started' && run.end.code === 'ENOENT';
  const refusal = { name: 'program', call: 'execve', errno: 'ENOENT', lasting: true };
  return { ok: false, message, refusals: missing ? [refusal] : [] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
