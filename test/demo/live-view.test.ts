import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { liveView } from './live-view.ts';
import type { RunSnapshot, TargetView } from './run-snapshot.ts';

const palette = pc.createColors(false);

function target(view: Pick<TargetView, 'image' | 'state'> & Partial<TargetView>): TargetView {
  return { reason: undefined, patchTag: undefined, group: undefined, ...view };
}

function view(snapshot: Partial<RunSnapshot>, size: { width?: number; height?: number } = {}) {
  const whole: RunSnapshot = {
    runId: '20261124T020000Z-7f3a',
    state: 'running',
    seconds: 12.4,
    targets: [],
    groups: [],
    ...snapshot,
  };
  return liveView(whole, { width: 80, height: 24, palette, ...size }).split('\n');
}

it('shows the progress of the run and each image with its state', () => {
  const lines = view({
    targets: [
      target({ image: 'team/api:1.4', state: 'patching', group: 'pw-patch-1' }),
      target({ image: 'team/api:1.4.2', state: 'patched', patchTag: '1.4.2-1' }),
      target({ image: 'tools/busybox:1', state: 'skipped', reason: 'unsupported-os' }),
    ],
  });

  expect(lines).toEqual([
    '20261124T020000Z-7f3a  running  12 s  ███████████████████░░░░░  2 of 3 ended',
    '',
    '  ●●○○○  team/api:1.4     patching  in pw-patch-1',
    '  ●●●●●  team/api:1.4.2   patched   as 1.4.2-1',
    '  ●●●●●  tools/busybox:1  skipped   unsupported-os',
    '',
    '  no container group is running',
  ]);
});

it('shows the container groups and their images', () => {
  const group = { name: 'pw-scan-1', kind: 'scan', state: 'Running', seconds: 3.2 };

  const lines = view({ groups: [{ ...group, images: ['team/api:1.4', 'a:1', 'b:1'] }] });

  expect(lines.slice(-2)).toEqual([
    '  Container groups',
    '  pw-scan-1         Running  3 s  team/api:1.4 and 2 more',
  ]);
});

it('shows no progress before targets are known', () => {
  expect(view({ state: 'discovering' })[0]).toBe('20261124T020000Z-7f3a  discovering  12 s');
});

describe('in a small terminal', () => {
  const targets = Array.from({ length: 30 }, (_, at) =>
    target({
      image: `team/${'service-'.repeat(8)}${at}:1`,
      state: at === 29 ? 'scanning' : 'clean',
      group: 'pw-scan-with-a-long-name-0123456789',
    }),
  );

  it.each([33, 44, 80])('no line is wider than %s columns', (width) => {
    const lines = view({ targets }, { width });

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('keeps the tag of an image', () => {
    const lines = view({ targets }, { width: 80 });

    expect(lines).toContainEqual(expect.stringMatching(/…\S*:1 {2}scanning/));
  });

  it('there are no more lines than fit, and active images are among them', () => {
    const lines = view({ targets }, { height: 12 });

    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.filter((line) => line.includes('scanning'))).toHaveLength(1);
    expect(lines).toContainEqual(expect.stringMatching(/… and \d+ more$/));
  });
});
