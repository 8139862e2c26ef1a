import type { TargetView } from '../../lib/history/target-view.ts';
import { formatAge, formatTime, inWords } from '../model/format.ts';
import { type Findings, withoutNull } from '../model/severities.ts';
import { Detail } from './detail.tsx';
import { FindingsMarks } from './findings-marks.tsx';
import { Name } from './name.tsx';
import { StateMark } from './state-mark.tsx';

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
            <th scope="col">Outcome</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Patch</th>
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
  const { state, reason, detail, patchTag } = target;
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
        <span class="detail">{target.runId}</span>
      </th>
      <td data-label="Outcome">
        <StateMark state={state} />
        {reason !== null && <span class="reason">{inWords(reason)}</span>}
        <Detail text={detail} />
      </td>
      <td data-label="Before">
        <FindingsMarks findings={before(target)} otherwise="–" />
      </td>
      <td data-label="After">
        <FindingsMarks findings={after(target)} otherwise="–" />
      </td>
      <td data-label="Patch">{patchTag === null ? '–' : <Name text={patchTag} />}</td>
    </tr>
  );
}

function before(target: TargetView): Findings | undefined {
  if (target.beforeCritical === null) return undefined;
  return withoutNull({
    critical: target.beforeCritical,
    high: target.beforeHigh,
    medium: target.beforeMedium,
    low: target.beforeLow,
    unknown: target.beforeUnknown,
    fixable: target.beforeFixable,
  });
}

function after(target: TargetView): Findings | undefined {
  if (target.afterCritical === null) return undefined;
  return withoutNull({
    critical: target.afterCritical,
    high: target.afterHigh,
    medium: target.afterMedium,
    low: target.afterLow,
    unknown: target.afterUnknown,
    fixable: target.afterFixable,
  });
}
