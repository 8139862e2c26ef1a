import manifest from '../../../package.json' with { type: 'json' };
import {
  BUNDLE_LIMITS,
  type EvidenceSummary,
  EvidenceTooLargeError,
  evidenceBundle,
} from '../../evidence/evidence-bundle.ts';
import { evidenceParts } from '../../evidence/evidence-parts.ts';
import {
  EvidenceFilters,
  type EvidenceRange,
  evidenceRange,
} from '../../evidence/evidence-range.ts';
import { MAX_REPORT_BYTES } from '../../job/job-result.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { Command, Invocation } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { startProgress } from '../progress.ts';
import { filtersOf } from '../storage/filters-of.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const SHOWN_MISSING = 10;

export const evidenceCommand: Command = {
  name: 'evidence',
  summary: 'Write an auditor’s bundle: runs, policies, patches, reports and VEX, all hashed.',
  about: [
    'Writes a tar.gz with the runs that were due in a range of time. Its manifest.json has the SHA-256 of',
    'each file, and lists what is missing with the reason. The same data gives the same bytes. The',
    'account signed in here needs Storage Table Data Reader and Storage Blob Data Reader.',
  ],
  options: [
    { name: 'from', value: 'WHEN', about: 'runs from 30d ago, or from a time (required)' },
    { name: 'to', value: 'WHEN', about: 'runs before this; the default is now' },
    { name: 'output', short: 'o', value: 'FILE', about: 'the default is evidence-FROM-TO.tar.gz' },
    ...STORAGE_OPTIONS,
  ],
  operands: [],
  examples: [
    'evidence --from 2026-11-01 --to 2026-12-01',
    'evidence --from 90d --output quarter.tar.gz',
  ],
  outputs: ['table'],
  run: writeEvidence,
};

async function writeEvidence(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  if (invocation.value('from') === undefined) throw new UsageError('evidence needs "--from WHEN"');
  const range = evidenceRange(filtersOf(EvidenceFilters, invocation), context.clock.now());
  if (!range.ok) throw new UsageError(`option "--to" ${range.fault}`);
  const file = invocation.value('output') ?? nameOf(range.value);
  const progress = startProgress(context);
  try {
    const summary = await withStorage(invocation, context, async ({ history }) =>
      writeBundle(file, counted(evidenceParts(history, range.value, LIMITS), progress), {
        range: range.value,
        context,
      }),
    );
    progress.end();
    if (summary === undefined) return ExitCode.interrupted;
    context.stdout.write(`${lines(file, summary).join('\n')}\n`);
    return ExitCode.ok;
  } finally {
    progress.end();
  }
}

const LIMITS = { mostReportBytes: MAX_REPORT_BYTES };

/** Undefined if interrupted: then there is no file. */
async function writeBundle(
  file: string,
  parts: ReturnType<typeof evidenceParts>,
  { range, context }: { readonly range: EvidenceRange; readonly context: CliContext },
): Promise<EvidenceSummary | undefined> {
  let summary: EvidenceSummary | undefined;
  const about = { ...range, version: manifest.version, limits: BUNDLE_LIMITS };
  const chunks = evidenceBundle(parts, about, (told) => {
    summary = told;
  });
  try {
    await context.writeFile(file, untilStopped(chunks, context.stop));
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof EvidenceTooLargeError) {
      const whatToDo = `patchwright evidence with a shorter range: a bundle has at most ${BUNDLE_LIMITS.mostFiles} files`;
      throw new CliError(error.message, { where: file, whatToDo });
    }
    if (!isFileFailure(error)) throw error;
    const whatToDo = 'patchwright evidence --output FILE, in a folder that you may write to';
    throw new CliError(`the file can’t be written (${error.code})`, { where: file, whatToDo });
  }
  return summary;
}

async function* untilStopped(
  chunks: AsyncIterable<Uint8Array>,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    stop.throwIfAborted();
    yield chunk;
  }
}

async function* counted(
  parts: ReturnType<typeof evidenceParts>,
  { tell }: ReturnType<typeof startProgress>,
): ReturnType<typeof evidenceParts> {
  let count = 0;
  for await (const part of parts) {
    count += 1;
    if (count % 100 === 0) tell(`${count} files`);
    yield part;
  }
}

function isFileFailure(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
}

function nameOf({ from, to }: EvidenceRange): string {
  const [first, last] = [from, to].map((date) => date.toISOString().slice(0, 10));
  return `evidence-${first}-${last}.tar.gz`;
}

function lines(
  file: string,
  { files, missing, archived, manifestSha256 }: EvidenceSummary,
): string[] {
  const shown = missing.slice(0, SHOWN_MISSING).map(({ what, why }) => `  ${what}: ${why}`);
  const more = missing.length - shown.length;
  return [
    `${file}: ${files} files`,
    `SHA-256 of its manifest.json: ${manifestSha256}`,
    ...(missing.length === 0 ? [] : [`${missing.length} missing, as its manifest.json lists:`]),
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...archivedLines(archived),
    `Next: patchwright evidence verify ${file} --sha256 ${manifestSha256}`,
  ];
}

function archivedLines(archived: EvidenceSummary['archived']): string[] {
  if (archived.length === 0) return [];
  const shown = archived
    .slice(0, SHOWN_MISSING)
    .map(({ container, blob }) => `  ${container}/${blob}`);
  const more = archived.length - shown.length;
  return [
    `${archived.length} runs are archived, as its manifest.json lists with the SHA-256 of each blob:`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
