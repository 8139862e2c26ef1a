import * as z from 'zod';
import type { CliRun } from './run-in-process.ts';

/** The format of `doctor --output json` in docs/cli.md. */
const Report = z.strictObject({
  version: z.literal(1),
  command: z.literal('doctor'),
  status: z.enum(['pass', 'warn', 'fail']),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  identity: z.enum(['app', 'signed-in']),
  probed: z.boolean(),
  interrupted: z.boolean(),
  counts: z.strictObject({
    pass: z.number(),
    warn: z.number(),
    fail: z.number(),
    skipped: z.number(),
  }),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      seconds: z.number(),
      status: z.enum(['pass', 'warn', 'fail', 'skipped']),
      detail: z.string(),
      faults: z.array(z.string()).optional(),
      whatToDo: z.string().optional(),
    }),
  ),
});
export type Report = z.infer<typeof Report>;

export function reportOf(run: CliRun): Report {
  return Report.parse(JSON.parse(run.stdout));
}

/** Failures and warnings, each as `fail policy: detail | fault | fault → what to do`. */
export function findingsOf(run: CliRun): string[] {
  return reportOf(run)
    .checks.filter(({ status }) => status === 'fail' || status === 'warn')
    .map(({ status, id, detail, faults = [], whatToDo }) => {
      const found = [detail, ...faults].join(' | ');
      return `${status} ${id}: ${found} → ${whatToDo}`;
    });
}

/** The checks that were skipped because of this one. */
export function skippedBecauseOf(run: CliRun, id: string): string[] {
  return reportOf(run)
    .checks.filter(({ detail }) => detail === `not checked: it needs ${id}`)
    .map((check) => check.id);
}
