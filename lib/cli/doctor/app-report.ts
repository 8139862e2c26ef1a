import * as z from 'zod';
import type { DoctorReport } from '../../doctor/doctor-report.ts';
import { readJson } from '../../json/read-json.ts';
import { plainText } from '../../text/plain-text.ts';

const MAX_CHECKS = 200;
const MAX_FAULTS = 1000;
const Line = (longest: number) => z.string().transform((text) => plainText(text, longest));
const Text = Line(4000);
const Time = z.iso.datetime().transform((text) => new Date(text));

const About = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  title: Line(200),
  seconds: z.number().nonnegative(),
  detail: Text,
});
const Result = z.discriminatedUnion('status', [
  About.extend({ status: z.enum(['pass', 'skipped']) }),
  About.extend({ status: z.literal('warn'), whatToDo: Text }),
  About.extend({
    status: z.literal('fail'),
    faults: z.array(Text).max(MAX_FAULTS).optional(),
    whatToDo: Text,
  }),
]);

/** The response of the function `doctor`. Untrusted; unknown fields are allowed. */
const AppReport = z
  .object({
    version: z.literal(1),
    command: z.literal('doctor'),
    startedAt: Time,
    finishedAt: Time,
    identity: z.enum(['app', 'signed-in']),
    probed: z.boolean(),
    interrupted: z.boolean(),
    checks: z.array(Result).min(1).max(MAX_CHECKS),
  })
  .transform(
    ({ version, command, checks, ...report }): DoctorReport => ({
      ...report,
      results: checks,
    }),
  );

/** Parses a report; undefined if the bytes are not one. */
export function parseAppReport(bytes: Uint8Array): DoctorReport | undefined {
  const report = readJson(AppReport, bytes);
  return report.ok ? report.value : undefined;
}
