import type { ImageStory } from '../../history/image-story.ts';
import type { ImageView } from '../../history/image-view.ts';
import { EXPOSURE_OF } from '../../pipeline/records/exposure.ts';
import { SEVERITIES } from '../../report/finding.ts';
import type { CliContext } from '../cli-context.ts';
import { paintState, shortTime } from '../output/paint-state.ts';
import { colorOf } from '../output/sheet.ts';
import { labeled } from '../runs/run-summary.ts';

/** The lines about an image now. */
export function imageSummary(
  image: ImageStory,
  context: Pick<CliContext, 'stdout' | 'environment'>,
): readonly string[] {
  const color = colorOf(context);
  const paint = paintState(image.state, color) ?? ((text: string) => text);
  const reason = image.reason === null ? '' : `, ${image.reason}`;
  const gone = image.present ? null : `gone since ${shortTime(image.goneAt)}`;
  const stale =
    image.staleSince === null ? null : `since ${shortTime(image.staleSince)}: no run can read it`;
  const facts: readonly (readonly [string, string | null])[] = [
    ['detail', image.detail],
    ['present', gone],
    ['stale', stale],
    ['digest', image.digest],
    ['findings', findingsText(image)],
    ['patch', patchText(image)],
    ['open', openText(image)],
    ['unlisted', unlistedText(image)],
    ['moved', image.movedAt === null ? null : `${shortTime(image.movedAt)}, pushed again`],
    ['last run', `${image.runId}`],
    ['next', image.nextStep.replaceAll('IMAGE', image.image)],
  ];
  const head = `${color('bold')(image.image)}  ${paint(image.state)}${reason}`;
  return [head, ...labeled(facts, context)];
}

function findingsText(image: ImageView): string {
  if (image.counts === 'unknown') return 'unknown: no scan tells them';
  const counts = SEVERITIES.map((severity) => [severity, image[severity] ?? 0] as const);
  const told = counts.filter(([, count]) => count > 0);
  const words = told.map(([severity, count]) => `${count} ${severity}`).join(', ');
  const scanned = shortTime(image.scannedAt);
  return words === ''
    ? `none at ${scanned}`
    : `${words}; ${image.fixable ?? 0} fixable at ${scanned}`;
}

/** `critical with a fix since 2026-11-03 02:10, high …` */
function openText(image: ImageView): string | null {
  const told = SEVERITIES.flatMap((severity) => {
    const since = image[EXPOSURE_OF[severity]];
    return since === null ? [] : [`${severity} with a fix since ${shortTime(since)}`];
  });
  return told.length === 0 ? null : told.join(', ');
}

/** A search for one of them does not find the image. */
function unlistedText({ unlisted, image }: ImageView): string | null {
  if (unlisted === null) return null;
  return `${unlisted} more open vulnerabilities, which only "patchwright report ${image}" lists`;
}

function patchText(image: ImageView): string | null {
  if (image.patchDigest === null) return null;
  const name = image.patchTag ?? image.patchDigest;
  if (image.patchCounts !== 'known') return `${name}, with unknown findings`;
  const { patchCritical: critical, patchHigh: high, patchFixable: fixable } = image;
  return `${name}, with ${critical} critical, ${high} high, ${fixable} fixable`;
}
