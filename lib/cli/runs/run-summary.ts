import { costText, groupsText, requestsText } from '../../history/run-use-text.ts';
import type { RunView } from '../../history/run-view.ts';
import { timeToPatch } from '../../pipeline/records/patch-days.ts';
import { COUNT_LABELS } from '../../pipeline/records/run-counts.ts';
import type { Hold } from '../../pipeline/stores/throttle.ts';
import { SEVERITIES } from '../../report/finding.ts';
import { plainText } from '../../text/plain-text.ts';
import type { CliContext } from '../cli-context.ts';
import { daysText } from '../output/days-text.ts';
import { paintState, shortTime } from '../output/paint-state.ts';
import { colorOf } from '../output/sheet.ts';
import { wrapped } from '../output/wrap-text.ts';

const LONGEST = 4000;
const LABEL = 12;

/** The lines about a run: what it is, when it began and ended, and how its images ended. */
export function runSummary(
  run: RunView,
  context: Pick<CliContext, 'stdout' | 'environment'>,
  hold?: Hold,
): readonly string[] {
  const color = colorOf(context);
  const paint = paintState(run.state, color) ?? ((text: string) => text);
  const kind = run.dryRun ? ' (dry run)' : '';
  const requests = requestsText(run);
  const facts: readonly (readonly [string, string | null])[] = [
    ['reason', run.reason],
    ['detail', run.detail],
    ['started', `${shortTime(run.createdAt)} by ${run.startedBy ?? run.trigger}`],
    ['canceled', run.canceledBy === null ? null : `by ${run.canceledBy}`],
    ['ended', shortTime(run.finishedAt)],
    ['expected', run.finishedAt === null ? shortTime(run.expectedAt) : null],
    ['images', countsOf(run)],
    ['waits', run.finishedAt === null ? waitOf(hold) : null],
    ['removed', findingsOf(run, 'removed')],
    ['patched in', patchTimesOf(run)],
    ['remaining', findingsOf(run, 'remaining')],
    ['groups', groupsText(run)],
    ['storage', requests === null ? null : `${requests} requests`],
    ['cost', costText(run)],
    ['tools', run.tools],
    ['database', run.databaseTime === null ? null : `of ${shortTime(run.databaseTime)}`],
    ['warnings', run.warnings],
    ['archive', run.archive === null ? null : `${run.archive}: only images in use have rows here`],
  ];
  const lines = labeled(facts, context);
  const { stdout } = context;
  const length = `run ${run.runId}  ${run.state}${kind}`.length;
  const fits = !stdout.isTerminal || length <= (stdout.columns ?? 80);
  const name = color('bold')(`run ${run.runId}`);
  const state = `  ${paint(run.state)}${kind}`;
  return [...(fits ? [name + state] : [name, state]), ...lines];
}

/** One label a line, with its text wrapped beside it. Leaves out what is null. */
export function labeled(
  facts: readonly (readonly [string, string | null])[],
  { stdout }: Pick<CliContext, 'stdout'>,
): readonly string[] {
  const room = stdout.isTerminal ? (stdout.columns ?? 80) - LABEL - 2 : Number.POSITIVE_INFINITY;
  return facts.flatMap(([label, text]) => {
    if (text === null) return [];
    const lines = text.split('\n').flatMap((line) => wrapped(plainText(line, LONGEST), room));
    return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL)}${line}`);
  });
}

/** `critical 2.5 days, high 11 days`: the means from the first sight of a fix. */
function patchTimesOf({ patchDays }: RunView): string | null {
  const told = SEVERITIES.flatMap((severity) => {
    const found = timeToPatch(patchDays ?? {}, severity, {});
    return found === undefined ? [] : [`${severity} ${daysText(found.mean)}`];
  });
  return told.length === 0 ? null : `${told.join(', ')} on average since the fix`;
}

/** `3 critical, 12 high`; null for a run of an earlier version, or one that did not end yet. */
function findingsOf(run: RunView, which: 'removed' | 'remaining'): string | null {
  const counts: readonly (readonly [string, number | null])[] = [
    ['critical', run[`${which}Critical`]],
    ['high', run[`${which}High`]],
    ['medium', run[`${which}Medium`]],
    ['low', run[`${which}Low`]],
    ['unknown', run[`${which}Unknown`]],
  ];
  if (counts.every(([, count]) => count === null)) return null;
  const told = counts.filter(([, count]) => (count ?? 0) > 0);
  const words = told.map(([severity, count]) => `${count} ${severity}`).join(', ');
  return words === '' ? 'no findings' : `${words} findings`;
}

/** Null if nothing holds container groups back. */
function waitOf(hold: Hold | undefined): string | null {
  if (hold === undefined) return null;
  const { until, reason } = hold;
  const why = reason === undefined ? '' : `, because Azure refused one: ${reason.detail}`;
  return `no container group starts before ${until.toISOString().slice(11, 19)} UTC${why}`;
}

/** `12: 8 clean, 3 patched, 1 failed` */
function countsOf(run: RunView): string {
  const counts = COUNT_LABELS.map(([name, label]) => [label, run[name]] as const);
  const told = counts.filter(([, count]) => (count ?? 0) > 0);
  const words = told.map(([name, count]) => `${count} ${name}`).join(', ');
  return words === '' ? String(run.targets) : `${run.targets}: ${words}`;
}
