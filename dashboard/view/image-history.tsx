import { runLink } from '../../lib/history/page-links.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import { formatAge, formatTime } from '../model/format.ts';
import { TargetCells, TargetHeadings } from './target-cells.tsx';

interface Props {
  readonly history: readonly TargetView[];
  readonly now: Date;
}

/** What the runs did about the image, the newest first. */
export function ImageHistory({ history, now }: Props) {
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">History</h2>
      <table class="history">
        <thead>
          <tr>
            <th scope="col">When</th>
            <TargetHeadings />
          </tr>
        </thead>
        <tbody>
          {history.map((target) => (
            <Row key={target.runId} target={target} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ target, now }: { readonly target: TargetView; readonly now: Date }) {
  const at = target.finishedAt ?? target.discoveredAt;
  return (
    <tr>
      <th scope="row">
        {at === null ? (
          '–'
        ) : (
          <time dateTime={at} title={formatTime(at)}>
            {formatAge(at, now)}
          </time>
        )}
        <a class="detail" href={runLink(target.runId)}>
          {target.runId}
        </a>
      </th>
      <TargetCells target={target} />
    </tr>
  );
}
