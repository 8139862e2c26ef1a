import { expect, it } from 'vitest';
import { publishNext } from '../../../../lib/pipeline/job/publish-job.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

async function publishJob(count: number) {
  const world = new UnitWorld();
  await world.addRun();
  const targets = Array.from({ length: count }, (_, at) =>
    target('a', `v${at}`, { state: 'publishing', fingerprint: 'f' }),
  );
  const held = await world.holdJob({ id: 'publish-1', kind: 'publish', state: 'ready' }, targets);
  return {
    world,
    targets,
    publish: (canceled: boolean) => publishNext(world.services, held, { canceled }),
  };
}

it('ends one target of a canceled run at each step, and then the job', async () => {
  const { world, targets, publish } = await publishJob(2);
  const states = async () =>
    (await Promise.all(targets.map((one) => world.targetAt(one)))).map(({ state }) => state).sort();

  expect(await publish(true)).toEqual({ changes: {}, delaySeconds: 0 });
  expect(await states()).toEqual(['canceled', 'publishing']);
  await publish(true);
  expect(await states()).toEqual(['canceled', 'canceled']);
  expect(await publish(true)).toMatchObject({ changes: { state: 'done' } });
});

it('is done if it has no target left', async () => {
  const { publish } = await publishJob(0);

  expect(await publish(false)).toMatchObject({ changes: { state: 'done' }, delaySeconds: 0 });
});
