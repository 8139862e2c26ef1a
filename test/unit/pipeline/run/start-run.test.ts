import { beforeEach, describe, expect, it } from 'vitest';
import { startRun } from '../../../../lib/pipeline/run/start-run.ts';
import { PipelineWorld } from '../../../pipeline/pipeline-world.ts';

let world: PipelineWorld;
beforeEach(() => {
  world = new PipelineWorld({ policy: {}, script: { report: () => ({}) } });
});

const now = () => world.clock.now();
const manual = (request: string, more = {}) =>
  startRun(world.services, { trigger: 'manual', due: now(), request, ...more });

describe('requests within one second', () => {
  it('start separate runs', async () => {
    const ids = [];
    for (let at = 0; at < 20; at += 1) ids.push(await manual(`request-${at}`));

    expect(new Set(ids).size).toBe(20);
  });

  it('start separate runs even if their ids are equal at first', async () => {
    const first = await manual('one');
    const { find, start } = world.services.runs;
    // Another run has the first id of the second request.
    let taken = true;
    world.services.runs.start = async (run) => {
      if (!taken) return start.call(world.services.runs, run);
      taken = false;
      return 'exists';
    };
    world.services.runs.find = async () => find.call(world.services.runs, first);

    expect(await manual('two')).not.toBe(first);
  });

  it('start one run if the same request is repeated', async () => {
    expect(await manual('one')).toBe(await manual('one'));
  });
});

it('starts one run for an occurrence of the schedule', async () => {
  const occurrence = { trigger: 'schedule', due: now() } as const;

  expect(await startRun(world.services, occurrence)).toBe(
    await startRun(world.services, occurrence),
  );
});

it.each([
  [false, undefined, false],
  [false, true, true],
  [true, undefined, true],
  [true, false, true],
])(
  'starts a run with the dry-run setting %s and request %s as dry run: %s',
  async (setting, asked, dryRun) => {
    world = new PipelineWorld({
      policy: {},
      script: { report: () => ({}) },
      pipeline: { dryRun: setting },
    });

    const runId = await manual('one', asked === undefined ? {} : { dryRun: asked });

    expect((await world.runAt(runId)).dryRun).toBe(dryRun);
  },
);

it('records who started the run', async () => {
  const scheduled = await startRun(world.services, { trigger: 'schedule', due: now() });
  const requested = await manual('one', { startedBy: 'a function key' });

  expect((await world.runAt(scheduled)).startedBy).toBe('schedule');
  expect((await world.runAt(requested)).startedBy).toBe('a function key');
});
