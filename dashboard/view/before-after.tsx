import type { ImageStory } from '../../lib/history/image-story.ts';
import { formatCount } from '../model/format.ts';
import { findingsNow, findingsOfPatch, SEVERITIES } from '../model/severities.ts';
import { Name } from './name.tsx';
import { SeverityHeading } from './severity-heading.tsx';

/** The findings of the image and of its newest patch, and why findings remain. */
export function BeforeAfter({ image }: { readonly image: ImageStory }) {
  const before = findingsNow(image);
  const after = findingsOfPatch(image);
  const remaining = image.history.find((one) => one.remaining !== null)?.remaining ?? [];
  const text = (count: number | undefined) => (count === undefined ? '–' : formatCount(count));
  return (
    <section class="card" aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <table class="posture">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col" class="number">
              Image
            </th>
            <th scope="col" class="number">
              Patch
            </th>
          </tr>
        </thead>
        <tbody>
          {SEVERITIES.map((severity) => (
            <tr key={severity}>
              <SeverityHeading severity={severity} />
              <td class="number">{text(before?.[severity])}</td>
              <td class="number">{text(after?.[severity])}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">with a fix</th>
            <td class="number">{text(before?.fixable)}</td>
            <td class="number">{text(after?.fixable)}</td>
          </tr>
        </tbody>
      </table>
      {before === undefined && <p class="quiet">No scan tells the findings of the image.</p>}
      {remaining.length > 0 && (
        <>
          <h3>Why findings remain</h3>
          <ul class="names">
            {remaining.map((one) => (
              <li key={`${one.package} ${one.reason}`}>
                <Name text={one.package} />: {one.reason}, {one.findings}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
