import * as z from 'zod';

/** The fields that we read of Stryker's report (mutation-testing-report-schema). */
export const MutationReport = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().default(''),
          status: z.string(),
          location: z.object({ start: z.object({ line: z.number() }) }),
        }),
      ),
    }),
  ),
});
export type MutationReport = z.infer<typeof MutationReport>;

/** A mutant that no test can or should kill, with the reason. */
export const Survivor = z.strictObject({
  file: z.string(),
  /** The first source line that the mutant changes, trimmed. */
  line: z.string(),
  replacement: z.string(),
  reason: z.string().min(10),
});
export type Survivor = z.infer<typeof Survivor>;

export interface MutationVerdict {
  /** One line for each file: its score in per cent. */
  readonly scores: readonly string[];
  /** One line for each fault. */
  readonly faults: readonly string[];
}

/** The percentage of each file's mutants that the tests must kill. */
const REQUIRED = 90;

/** Reports files below the required score, and survivors that are missing from the list or obsolete. */
export function judgeMutants(
  report: MutationReport,
  survivors: readonly Survivor[],
): MutationVerdict {
  const found = Object.entries(report.files).map(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    const killed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout');
    const alive = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    const score = (100 * killed.length) / Math.max(killed.length + alive.length, 1);
    const living = alive.map(({ replacement, location: { start } }) => ({
      file,
      line: lines[start.line - 1]?.trim() ?? '',
      at: start.line,
      replacement,
    }));
    return { file, score, killed: killed.length, living };
  });
  const living = found.flatMap((one) => one.living);
  return {
    scores: found.map(
      ({ file, score, killed, living }) =>
        `${file}: ${score.toFixed(1)} % (${killed} of ${killed + living.length})`,
    ),
    faults: [
      ...found
        .filter(({ score }) => score < REQUIRED)
        .map(({ file, score }) => `${file}: ${score.toFixed(1)} % is below ${REQUIRED} %`),
      ...living
        .filter((mutant) => !survivors.some((survivor) => isSame(survivor, mutant)))
        .map(
          ({ file, at, line, replacement }) =>
            `${file}:${at}: a mutant lives and is not named: ${line} => ${replacement}`,
        ),
      ...survivors
        .filter((survivor) => !living.some((mutant) => isSame(survivor, mutant)))
        .map(
          ({ file, line, replacement }) => `${file}: no such survivor: ${line} => ${replacement}`,
        ),
    ],
  };
}

type Mutant = Omit<Survivor, 'reason'>;

function isSame(a: Mutant, b: Mutant): boolean {
  return a.file === b.file && a.line === b.line && a.replacement === b.replacement;
}
