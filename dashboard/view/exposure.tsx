import type { Status } from '../../lib/history/status.ts';
import { counted, formatAge, formatCount } from '../model/format.ts';
import { SeverityHeading } from './severity-heading.tsx';

interface Props {
  readonly status: Status;
  readonly now: Date;
}

/** How long fixes have been open, by severity against its target, and how long patches took. */
export function Exposure({ status, now }: Props) {
  const open = status.exposure.filter(({ images }) => images > 0);
  const beyond = status.exposure.reduce((sum, { beyondTarget }) => sum + (beyondTarget ?? 0), 0);
  return (
    <section class="card" aria-labelledby="exposure">
      <h2 id="exposure">Exposure</h2>
      {open.length === 0 && <p class="quiet">No open finding has a fix.</p>}
      {open.length > 0 && (
        <table class="posture">
          <thead>
            <tr>
              <th scope="col">Severity</th>
              <th scope="col" class="number">
                Images
              </th>
              <th scope="col" class="number">
                Target
              </th>
              <th scope="col" class="number">
                Beyond it
              </th>
            </tr>
          </thead>
          <tbody>
            {open.map(({ severity, images, targetDays, beyondTarget }) => (
              <tr key={severity}>
                <SeverityHeading severity={severity} />
                <td class="number">{formatCount(images)}</td>
                <td class="number">{targetDays === null ? '–' : counted(targetDays, 'day')}</td>
                <td class="number">{beyondTarget === null ? '–' : formatCount(beyondTarget)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {open.length > 0 && (
        <p class="quiet">
          Images with an open finding that has a fix.{' '}
          {beyond === 0 ? 'None is beyond its target.' : oldest(open, now)}
        </p>
      )}
      <PatchTime status={status} />
    </section>
  );
}

function oldest(open: Status['exposure'], now: Date): string {
  const times = open.flatMap(({ oldestSince }) => oldestSince ?? []).sort();
  const [first] = times;
  return first === undefined ? '' : `The oldest fix is from ${formatAge(first, now)}.`;
}

function PatchTime({ status: { timeToPatch } }: Pick<Props, 'status'>) {
  if (timeToPatch.length === 0) return null;
  return (
    <>
      <h3 class="posture-title">Time to patch, last 90 days</h3>
      <table class="posture">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col" class="number">
              Mean
            </th>
            <th scope="col" class="number">
              95 % in
            </th>
            <th scope="col" class="number">
              On target
            </th>
          </tr>
        </thead>
        <tbody>
          {timeToPatch.map(({ severity, meanDays, percentile95Days, withinTarget }) => (
            <tr key={severity}>
              <SeverityHeading severity={severity} />
              <td class="number">{counted(meanDays, 'day')}</td>
              <td class="number">{counted(percentile95Days, 'day')}</td>
              <td class="number">
                {withinTarget === null ? '–' : `${Math.floor(withinTarget * 100)} %`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
