import type { FindingStatus, ImageReport } from '../../history/image-report.ts';

type Totals = Pick<ImageReport, 'findings'> & {
  readonly target: Pick<ImageReport['target'], 'osFamily' | 'runId'>;
};

/** How many findings the patch fixed and left, or that they are not known. */
export function totals(report: Totals): string {
  const { target, findings } = report;
  if (!isKnown(report)) return `by the scan of run ${target.runId}`;
  const count = (wanted: FindingStatus) =>
    findings.filter(({ status }) => status === wanted).length;
  const counts = `${count('fixed')} fixed, ${count('open')} open, ${count('no-fix')} without a fix`;
  return `${counts}, in run ${target.runId}`;
}

/** What to say if the list of findings is empty. */
export function noFindings(report: Totals): string {
  return isKnown(report)
    ? 'The scan has no findings.'
    : 'The scan found no operating system, so that the findings are not known.';
}

/** A scan without an operating system looks at no package: that is not zero findings. */
function isKnown({ target, findings }: Totals): boolean {
  return findings.length > 0 || target.osFamily !== undefined;
}
