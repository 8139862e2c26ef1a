import type { ImageView } from '../../lib/history/image-view.ts';
import type { Status } from '../../lib/history/status.ts';
import { coverageOf } from '../model/coverage.ts';
import { formatCount, formatShare } from '../model/format.ts';
import { imagesByState } from '../model/images-by-state.ts';
import { SEVERITIES } from '../model/severities.ts';
import { SeverityHeading } from './severity-heading.tsx';

interface Props {
  readonly status: Status;
  readonly images: readonly ImageView[];
  readonly now: Date;
}

/** Findings by severity now and with the patches, and how much of it is known. */
export function Posture({ status, images, now }: Props) {
  const { findings, findingsWithPatches } = status;
  const most = Math.max(1, ...SEVERITIES.map((severity) => findings[severity]));
  const coverage = coverageOf(images, now);
  return (
    <section class="card" aria-labelledby="posture">
      <h2 id="posture">Findings</h2>
      <table class="posture">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col" class="number">
              Now
            </th>
            <th scope="col" class="number">
              Patched
            </th>
            <td class="bar" />
          </tr>
        </thead>
        <tbody>
          {SEVERITIES.map((severity) => (
            <tr key={severity}>
              <SeverityHeading severity={severity} />
              <td class="number">{formatCount(findings[severity])}</td>
              <td class="number">{formatCount(findingsWithPatches[severity])}</td>
              <td class="bar">
                <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="now" width={(100 * findings[severity]) / most} height="12" />
                  <rect
                    class={`fill-${severity}`}
                    width={(100 * findingsWithPatches[severity]) / most}
                    height="12"
                  />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">Patched: if each image is replaced by its newest patch.</p>
      <ByState status={status} />
      <h3 class="posture-title">Coverage</h3>
      <dl class="pairs">
        <dt>Scanned</dt>
        <dd>{formatShare(coverage.known, images.length)} of the images</dd>
        <dt>Scan older than a week</dt>
        <dd>{formatCount(coverage.oldScans)}</dd>
        <dt>With packages that no advisories cover</dt>
        <dd>{formatCount(coverage.partly)}</dd>
      </dl>
    </section>
  );
}

/** What the last run did about each image: one bar, and the counts as text. */
function ByState({ status }: { readonly status: Status }) {
  const shares = imagesByState(status);
  const all = shares.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return null;
  return (
    <>
      <h3 class="posture-title">Images by state</h3>
      <svg class="by-state" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        {shares.map(({ tone, from, count }) => (
          <rect
            key={tone}
            class={`fill-${tone}`}
            x={(100 * from) / all}
            width={(100 * count) / all}
            height="12"
          />
        ))}
      </svg>
      <dl class="pairs">
        {shares.flatMap(({ label, tone, count }) => [
          <dt key={`${tone} label`}>
            <span class={`dot ${tone}`} aria-hidden="true" /> {label}
          </dt>,
          <dd key={tone}>{formatCount(count)}</dd>,
        ])}
      </dl>
    </>
  );
}
