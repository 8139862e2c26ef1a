import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import type { Count } from './suite.ts';

/** What Vitest's JSON reporter wrote: the counts, and a line for each failure. */
export interface VitestReport extends Count {
  readonly failures: readonly string[];
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        message: z.string().default(''),
        assertionResults: z.array(
          z.object({
            fullName: z.string(),
            status: z.string(),
            failureMessages: z.array(z.string()).nullish(),
          }),
        ),
      }),
    )
    .default([]),
});

/** Returns undefined if the file is missing or truncated, for example after a crash. */
export function readVitestReport(path: string, root: string): VitestReport | undefined {
  try {
    const report = Report.parse(JSON.parse(readFileSync(path, 'utf8')));
    const failures = report.testResults.flatMap((file) => failuresOf(file, root));
    return { passed: report.numPassedTests, failed: report.numFailedTests, failures };
  } catch {
    return undefined;
  }
}

type FileReport = z.infer<typeof Report>['testResults'][number];

/** A file whose tests could not be loaded fails without a failed test. */
function failuresOf(file: FileReport, root: string): readonly string[] {
  const path = relative(root, file.name);
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  if (failed.length === 0) {
    return file.status === 'failed' ? [`${path}: ${firstLine(file.message)}`] : [];
  }
  return failed.map(
    ({ fullName, failureMessages }) =>
      `${path}: ${fullName.trim()}: ${firstLine(failureMessages?.[0] ?? '')}`,
  );
}

const LONGEST = 300;

function firstLine(message: string): string {
  const line = stripVTControlCharacters(message).trim().split('\n', 1)[0] ?? '';
  return line.slice(0, LONGEST);
}
