import { isTerminal, type TargetState } from '../../lib/pipeline/records/target-states.ts';
import { imagesText } from './live-view.ts';
import type { RunSnapshot, TargetView } from './run-snapshot.ts';

const STATE_WIDTH = 'discovering'.length;

/**
 * Lines for the changes between two moments, for output that is not a terminal. Active targets share
 * one line for each state; an ended target has its own line.
 */
export function changeLines(before: RunSnapshot | undefined, now: RunSnapshot): string[] {
  const targets = new Map(before?.targets.map((target) => [target.image, target]));
  const groups = new Set(before?.groups.map((group) => group.name));
  const changed = now.targets.filter((target) => targets.get(target.image)?.state !== target.state);
  const lines = [
    ...(before?.state === now.state ? [] : [said(now.state, `run ${now.runId}`)]),
    ...goingOn(changed),
    ...now.groups
      .filter((group) => !groups.has(group.name))
      .map((group) => said('started', `${group.name} for ${imagesText(group.images)}`)),
    ...changed.filter(({ state }) => isTerminal(state)).map(ending),
  ];
  const at = `${now.seconds.toFixed(1).padStart(6)} s  `;
  return lines.map((line) => at + line);
}

/** An event outside of the run's steps, with the time of the last change shown. */
export function noteLine(last: RunSnapshot | undefined, text: string): string {
  return `${(last?.seconds ?? 0).toFixed(1).padStart(6)} s  ${said('fault', text)}`;
}

function goingOn(changed: readonly TargetView[]): string[] {
  // Targets are queued only for a moment, so the state is not shown.
  const going = changed.filter(({ state }) => !isTerminal(state) && state !== 'queued');
  const byState = Map.groupBy(going, ({ state }): TargetState => state);
  return [...byState].map(([state, targets]) =>
    said(state, imagesText(targets.map(({ image }) => image))),
  );
}

function ending({ image, state, reason, patchTag }: TargetView): string {
  if (reason !== undefined) return said(state, `${image}: ${reason}`);
  const tag = state === 'patched' && patchTag !== undefined ? ` as ${patchTag}` : '';
  return said(state, image + tag);
}

function said(word: string, about: string): string {
  return `${word.padEnd(STATE_WIDTH)}  ${about}`;
}
