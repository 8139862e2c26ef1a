import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../lib/job/probe-result.ts';
import { runTrials } from '../../worker/probe/probe-trials.ts';
import { prepareToolEnvironment } from '../../worker/tools/tool-environment.ts';
import { addTool } from '../unit/worker/support/fake-tools.ts';
import { setUpWorker, type WorkerSetup } from '../unit/worker/support/worker-setup.ts';
import { leftoversOf, NOTHING_LEFT } from './leftovers.ts';
import { prepareTools } from './prepare.ts';
import { stderrProgress } from './progress.ts';

let runc: string;

beforeAll(async () => {
  runc = (await prepareTools(stderrProgress())).runc;
});

/** Makes a worker with this machine's programs, except those in `tools`. */
async function setUp(): Promise<WorkerSetup> {
  const setup = await setUpWorker();
  const path = [setup.tools, dirname(runc), process.env.PATH].join(':');
  return { ...setup, context: { ...setup.context, environment: { PATH: path } } };
}

async function runIn({ context, jobFolder }: WorkerSetup): Promise<ProbeResult['trials']> {
  return runTrials(context, await prepareToolEnvironment(context, { jobFolder }));
}

/** Returns the remaining mounts, processes and cgroups of this worker. */
async function leftBy({ base, context }: WorkerSetup): Promise<unknown> {
  const cgroups = await readdir('/sys/fs/cgroup', { recursive: true }).catch(() => []);
  const ours = cgroups.filter((name) => name.includes(`probe-${basename(context.scratch)}`));
  return { ...(await leftoversOf(base)), cgroups: ours };
}

describe('the trials of a probe, with the real programs', () => {
  it('all succeed if BuildKit works, and leave nothing behind', async () => {
    const setup = await setUp();

    const { 'unshare-user': _forPeople, ...trials } = await runIn(setup);

    for (const [name, trial] of Object.entries(trials)) {
      expect([name, trial]).toEqual([name, { ok: true, detail: '' }]);
    }
    expect(await leftBy(setup)).toEqual({ ...NOTHING_LEFT, cgroups: [] });
  });

  it('delete the container of a runc that was killed', async () => {
    const setup = await setUp();
    await addTool(
      setup.tools,
      'runc',
      `const args = process.argv.slice(2);
       if (args.includes('run')) {
         const config = args[args.indexOf('--bundle') + 1] + '/config.json';
         const bundle = JSON.parse(require('node:fs').readFileSync(config));
         bundle.process.args = ['/bin/sleep', '600'];
         require('node:fs').writeFileSync(config, JSON.stringify(bundle));
         args.splice(args.indexOf('run') + 1, 0, '--detach');
       }
       const { status } = require('node:child_process').spawnSync('${runc}', args, { stdio: 'ignore' });
       process.exit(args.includes('run') ? 1 : status);`,
    );

    const trials = await runIn(setup);

    expect(trials['runc-container']).toEqual({ ok: false, detail: 'runc exit 1' });
    expect(await leftBy(setup)).toEqual({ ...NOTHING_LEFT, cgroups: [] });
  });
});
