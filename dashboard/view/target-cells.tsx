import type { TargetView } from '../../lib/history/target-view.ts';
import { inWords } from '../model/format.ts';
import { type Findings, withoutNull } from '../model/severities.ts';
import { Detail } from './detail.tsx';
import { FindingsMarks } from './findings-marks.tsx';
import { Name } from './name.tsx';
import { StateMark } from './state-mark.tsx';

/** The columns of `TargetCells`. */
export function TargetHeadings() {
  return (
    <>
      <th scope="col">Outcome</th>
      <th scope="col">Before</th>
      <th scope="col">After</th>
      <th scope="col">Patch</th>
    </>
  );
}

/** What a run did about an image: the outcome, the findings before and after, and the patch. */
export function TargetCells({ target }: { readonly target: TargetView }) {
  const { state, reason, detail, patchTag } = target;
  return (
    <>
      <td data-label="Outcome">
        <StateMark state={state} />
        {reason !== null && <span class="reason">{inWords(reason)}</span>}
        <Detail text={detail} />
      </td>
      <Counts label="Before" findings={before(target)} />
      <Counts label="After" findings={after(target)} />
      <td data-label="Patch" class={patchTag === null ? 'empty' : ''}>
        {patchTag === null ? '–' : <Name text={patchTag} />}
      </td>
    </>
  );
}

function Counts({ label, findings }: { label: string; findings: Findings | undefined }) {
  return (
    <td data-label={label} class={findings === undefined ? 'empty' : ''}>
      <FindingsMarks findings={findings} otherwise="–" />
    </td>
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
