import { describe, expect, it } from 'vitest';
import { GroupName } from '../../../lib/containers/container-groups.ts';
import type { GroupCourse } from '../../fakes/containers/group-course.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryContainerGroups } from '../../fakes/memory-container-groups.ts';
import { containerSpec, groupSpec } from '../containers/group-spec.ts';

function arrange(course: GroupCourse) {
  const clock = new ManualClock();
  const groups = new MemoryContainerGroups({ clock, decide: () => course, deletionSeconds: 5 });
  const begun = clock.now().getTime();
  const nextIn = () => {
    const at = groups.nextEvent();
    return at && (at.getTime() - begun) / 1000;
  };
  const pass = async (seconds: number) => {
    clock.advance({ seconds });
    await groups.advance();
  };
  return { groups, nextIn, pass, spec: groupSpec() };
}

describe('container groups in memory', () => {
  it('do their work once, when they end', async () => {
    const worked: string[] = [];
    const work = async ({ name }: { readonly name: string }) => void worked.push(name);
    const { groups, nextIn, pass, spec } = arrange({
      kind: 'runs',
      startsAfter: 10,
      runsFor: 20,
      work,
    });
    await groups.create(spec);

    await pass(29);
    const before = [...worked];
    const next = nextIn();
    await pass(1);
    await pass(100);

    expect([before, next]).toEqual([[], 30]);
    expect(worked).toEqual([spec.name]);
    expect(nextIn()).toBeUndefined();
  });

  it('do no work when they are deleted before their end', async () => {
    const worked: string[] = [];
    const work = async ({ name }: { readonly name: string }) => void worked.push(name);
    const { groups, nextIn, pass, spec } = arrange({
      kind: 'runs',
      startsAfter: 10,
      runsFor: 20,
      work,
    });
    await groups.create(spec);
    await pass(15);
    await groups.delete(spec.name);
    const next = nextIn();

    await pass(100);

    expect(next).toBe(20);
    expect(worked).toEqual([]);
    expect(await groups.get(spec.name)).toBeUndefined();
  });

  it('stop normally even if their work fails', async () => {
    const work = async () => Promise.reject(new Error('the worker failed'));
    const { groups, pass, spec } = arrange({ kind: 'runs', startsAfter: 1, runsFor: 1, work });
    await groups.create(spec);

    await pass(2);

    expect((await groups.get(spec.name))?.state).toBe('stopped');
  });

  it('vanish at the given time and are no longer listed', async () => {
    const { groups, pass, spec } = arrange({ kind: 'vanishes', after: 40 });
    await groups.create(spec);

    await pass(40);

    expect(await groups.get(spec.name)).toBeUndefined();
    expect(groups.all()).toEqual([]);
  });

  it('record each creation and whether it restarted a group', async () => {
    const { groups, pass, spec } = arrange({ kind: 'runs', startsAfter: 1, runsFor: 1 });
    await groups.create(spec);
    await pass(2);

    await groups.create(spec);

    expect(groups.creations().map(({ restart }) => restart)).toEqual([false, true]);
  });

  it('are not created after a refusal', async () => {
    const { groups, spec } = arrange({ kind: 'refused', refusal: 'capacity' });

    const answer = await groups.create(spec);

    expect(answer).toMatchObject({ ok: false, refusal: 'capacity' });
    expect(groups.creations()).toEqual([]);
  });

  it('use the core quota of their SKU until they stop', async () => {
    const { groups, pass, spec } = arrange({ kind: 'runs', startsAfter: 1, runsFor: 1 });
    const large = (name: string) =>
      groupSpec({ name: GroupName.parse(name), containers: [containerSpec({ cpu: 60 })] });
    await groups.create(large('one'));

    const refused = await groups.create(large('two'));
    await pass(2);
    const accepted = await groups.create(large('two'));

    expect(spec.sku).toBe('Confidential');
    expect(refused).toMatchObject({ ok: false, refusal: 'quota' });
    expect(accepted).toEqual({ ok: true });
  });

  it('print the log of their course', async () => {
    const { groups, pass, spec } = arrange({
      kind: 'never-ends',
      startsAfter: 1,
      log: 'from inside\n',
    });
    await groups.create(spec);

    await pass(2);

    expect(await groups.logs(spec.name, 'worker')).toBe('from inside\n');
  });

  it('decide no course for a creation that exceeds a quota', async () => {
    const decided: string[] = [];
    const groups = new MemoryContainerGroups({
      clock: new ManualClock(),
      decide: ({ name }) => {
        decided.push(name);
        return { kind: 'never-starts' };
      },
      limits: { groups: 1 },
    });
    await groups.create(groupSpec({ name: GroupName.parse('one') }));

    const refused = await groups.create(groupSpec({ name: GroupName.parse('two') }));

    expect(refused).toMatchObject({ ok: false, refusal: 'quota' });
    expect(decided).toEqual(['one']);
  });
});
