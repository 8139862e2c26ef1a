import type { Clock } from '../clock.ts';
import { EvidenceTooLargeError, evidenceBundle } from '../evidence/evidence-bundle.ts';
import { evidenceParts } from '../evidence/evidence-parts.ts';
import { EvidenceFilters, evidenceRange } from '../evidence/evidence-range.ts';
import { parseFilters } from '../history/filters.ts';
import type { History } from '../history/history.ts';
import { SMALL_REPORT_BYTES } from '../pipeline/results/with-report.ts';
import { type Answer, problem, wrongFields } from './answer.ts';

/** Far below the 230 seconds after which Azure ends a request. */
const LONGEST_MS = 120_000;
/** Of the files, uncompressed: the answer is made in memory. */
const LIMITS = { mostFiles: 20_000, mostBytes: 64 * 1024 * 1024 };

/** The bundle as one answer. A larger one is refused: the command line writes it piece by piece. */
export async function getEvidence(
  query: Readonly<Record<string, string>>,
  {
    history,
    clock,
    version,
  }: {
    readonly history: History;
    readonly clock: Clock;
    readonly version: string;
  },
): Promise<Answer> {
  const filters = parseFilters(EvidenceFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const start = clock.now();
  const range = evidenceRange(filters.value, start);
  if (!range.ok) return wrongFields([{ field: 'to', fault: range.fault }]);
  const limits = { mostReportBytes: SMALL_REPORT_BYTES };
  const parts = evidenceParts(history, range.value, limits);
  const about = { ...range.value, version, limits: LIMITS };
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of evidenceBundle(inTime(parts), about, () => undefined)) {
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof EvidenceTooLargeError) return problem(413, TOO_LARGE);
    throw error;
  }
  return {
    status: 200,
    headers: {
      'content-type': 'application/gzip',
      'content-disposition': 'attachment; filename="evidence.tar.gz"',
      'cache-control': 'no-store',
    },
    body: Buffer.concat(chunks),
  };

  async function* inTime(all: typeof parts): typeof parts {
    for await (const part of all) {
      if (clock.now().getTime() - start.getTime() > LONGEST_MS) throw new EvidenceTooLargeError();
      yield part;
    }
  }
}

const TOO_LARGE =
  'the bundle of this range is too large for a request: use a shorter range, or "patchwright evidence --from … --to …"';
