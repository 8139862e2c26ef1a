import { parseFilters } from '../history/filters.ts';
import { findImage } from '../history/find-image.ts';
import { imageReport } from '../history/image-report.ts';
import { latestReport } from '../history/latest-report.ts';
import { reportView } from '../history/report-view.ts';
import type { ReportServices } from '../pipeline/results/with-report.ts';
import { type Answer, problem, tagged, wrongFields } from './answer.ts';
import { NoFilters, notFound, type ReadRequest, type ReadServices } from './reads.ts';

/** Parsing takes a second for each few megabytes, in the process that patches. */
const MOST_BYTES = 8 * 1024 * 1024;
const TOO_LARGE =
  'the report of this image is larger than 8 MiB: read it with "patchwright report IMAGE"';

export type ReportReadServices = Pick<ReadServices, 'history'> &
  Pick<ReportServices, 'largeReports'>;

/** The newest report of an image: about 40 operations, since it looks for the run that has it. */
export async function getReport(
  { query, name, ifNoneMatch }: ReadRequest,
  { history, largeReports }: ReportReadServices,
): Promise<Answer> {
  const filters = parseFilters(NoFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const found = await findImage(history, name);
  if (found.found !== 'one') return notFound('image', name, found);
  const target = await latestReport(history, found.item);
  const source = { ...history, largeReports, mostBytes: MOST_BYTES };
  const report = target === undefined ? 'gone' : await imageReport(source, target);
  if (report === 'gone') return problem(404, 'no report of this image is kept');
  if (report === 'too-large') return problem(413, TOO_LARGE);
  return tagged(reportView(report), ifNoneMatch);
}
