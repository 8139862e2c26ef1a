import { describe, expect, it } from 'vitest';
import { builderCheck } from '../../../lib/doctor/builder-check.ts';
import type { BuilderKind } from '../../../lib/job/builder-report.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import type { PipelineOptions } from '../../../lib/pipeline/services.ts';
import { newRun } from '../pipeline/new-run.ts';
import { CheckSetup } from './check-setup.ts';

const REMOTE = {
  kind: 'remote',
  address: 'tcp://buildkit.internal:1234',
  tls: { ca: '', cert: '', key: '' },
} as const;
const FAULT = {
  builderCall: 'chroot',
  builderErrno: 'EPERM',
  builderDetail: 'no chroot',
  builderSetting: 'standard',
} as const;
const OLDER = RunId.parse('20261123T020000Z-aaaa');
const NEWER = RunId.parse('20261124T020000Z-bbbb');

function setupWith(builder: PipelineOptions['builder'], dryRun = false): CheckSetup {
  return new CheckSetup({ pipeline: { builder, dryRun } });
}

describe('the check of the builder', () => {
  it.each([
    ['fails', false, 'fail', 'failed, no-builder'],
    ['warns in a dry run', true, 'warn', 'nothing is patched'],
  ])('%s without a builder', async (_, dryRun, status, detail) => {
    const outcome = await setupWith({ kind: 'none' }, dryRun).run(builderCheck);

    expect(outcome).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });

  it.each([
    ['standard', 'Standard groups; each patch group probes for its builder'],
    ['confidential', 'privileged Confidential groups; each patch group probes for its builder'],
  ] as const)('passes before the first run with %s groups', async (kind, detail) => {
    expect(await setupWith({ kind }).run(builderCheck)).toEqual({ status: 'pass', detail });
  });

  it('fails with the id of the newest run if the platform refused its builder', async () => {
    const setup = setupWith({ kind: 'standard' });
    const { runs } = setup.world.services;
    await runs.start(newRun({ id: RunId.parse('20261123T020000Z-aaaa') }));
    await runs.start(newRun({ id: RunId.parse('20261124T020000Z-bbbb'), ...FAULT }));

    expect(await setup.run(builderCheck)).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(
        /^run 20261124T020000Z-bbbb found that no builder works in Standard groups: no chroot\. /,
      ),
      whatToDo: expect.stringContaining('--probe'),
    });
  });

  /** Adds a run with a patch job whose container reported this builder. */
  async function addRunWith(setup: CheckSetup, id: RunId, builder: BuilderKind | undefined) {
    const { runs } = setup.world.services;
    await runs.start(newRun({ id }));
    const createdAt = setup.world.clock.now();
    const job = { id: 'patch-1', runId: id, kind: 'patch', targets: ['x'], createdAt } as const;
    await setup.world.addRunningJob(job, { builder });
  }

  it.each([
    ['fails', 'had nothing to patch', 'standard', undefined, 'fail'],
    ['passes', 'met a builder', 'standard', 'mount-free', 'pass'],
    ['fails', 'had a remote builder', 'standard', 'remote', 'fail'],
    ['passes', 'had nothing to patch and the setting changed', 'confidential', undefined, 'pass'],
  ] as const)('%s after a refusal if a newer run %s', async (_, _if, kind, builder, status) => {
    const setup = setupWith({ kind });
    await setup.world.services.runs.start(newRun({ id: OLDER, ...FAULT }));
    await addRunWith(setup, NEWER, builder);

    expect(await setup.run(builderCheck)).toMatchObject({ status });
  });

  it('fails with the refusal of its own kind of groups, below one of the other kind', async () => {
    const setup = setupWith({ kind: 'confidential' });
    const { runs } = setup.world.services;
    const own = { builderSetting: 'confidential', builderDetail: 'no mount' } as const;
    await runs.start(newRun({ id: OLDER, ...FAULT, ...own }));
    await runs.start(newRun({ id: NEWER, ...FAULT }));

    expect(await setup.run(builderCheck)).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(`^run ${OLDER} found that no builder works in .*: no mount`),
      whatToDo: expect.stringContaining('another builder (standard or remote)'),
    });
  });

  it('looks at a limited number of runs', async () => {
    const setup = setupWith({ kind: 'standard' });
    const { runs } = setup.world.services;
    await runs.start(newRun({ id: OLDER, ...FAULT }));
    for (let day = 0; day < 14; day += 1) {
      await runs.start(newRun({ id: RunId.parse(`202612${10 + day}T020000Z-cccc`) }));
    }

    expect(await setup.run(builderCheck)).toMatchObject({ status: 'pass' });
  });

  it('connects to a remote builder and warns if that fails', async () => {
    const setup = setupWith(REMOTE);
    const tried: unknown[] = [];
    setup.connects = async (host, port) => tried.push([host, port]) < 2;

    expect(await setup.run(builderCheck)).toEqual({ status: 'pass', detail: REMOTE.address });
    expect(await setup.run(builderCheck)).toMatchObject({
      status: 'warn',
      detail: `no connection to ${REMOTE.address} from here`,
    });
    expect(tried[0]).toEqual(['buildkit.internal', 1234]);
  });

  it.each([
    ['standard', ['storage-tables']],
    ['confidential', ['storage-tables']],
    ['none', ['settings']],
  ] as const)('with the builder %s needs the checks %j', (kind, wanted) => {
    const { needs } = builderCheck;
    const { context } = setupWith({ kind });

    expect(typeof needs === 'function' ? needs(context) : needs).toEqual(wanted);
  });
});
