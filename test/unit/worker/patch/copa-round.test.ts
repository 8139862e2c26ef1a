import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { PatchJobFile } from '../../../../lib/job/job-file.ts';
import { type Round, runRound } from '../../../../worker/patch/copa-round.ts';
import { addShellTool } from '../support/fake-tools.ts';
import { patchJobFile } from '../support/jobs.ts';
import { setUpWorker } from '../support/worker-setup.ts';

const PATCHED = digestOf('patched');
const FINDING = { id: 'CVE-1', package: 'curl', installed: '1', fixed: '2' };
const job = PatchJobFile.parse(patchJobFile('registry.test'));

/** Runs Copa once. The tag has this digest after Copa has ended. */
async function roundWith(
  copa: string,
  changes: Partial<Round> & { readonly pushed?: string } = {},
) {
  const asked: string[] = [];
  const setup = await setUpWorker({
    fetch: async (url) => {
      asked.push(String(url));
      const headers = { 'docker-content-digest': changes.pushed ?? '' };
      const isThere = asked.length === 2 && changes.pushed !== undefined;
      return new Response(undefined, isThere ? { status: 200, headers } : { status: 404 });
    },
  });
  const { context, base, tools } = setup;
  await addShellTool(
    tools,
    'copa',
    `cat "$5" > "${base}/report"; echo "$7" > "${base}/tag"; ${copa}`,
  );
  const [image] = job.images;
  if (image === undefined) throw new Error('there is no image');
  const variables = { PATH: context.environment.PATH ?? '' };
  const { pushed: _, ...more } = changes;
  const end = await runRound(context, {
    job,
    image,
    index: 3,
    round: 1,
    findings: [FINDING],
    builder: { ok: true, address: 'tcp://buildkit.test:1234' },
    environment: { variables, clearTemporary: async () => undefined },
    token: 'token',
    seconds: 60,
    ...more,
  });
  const report = await setup.mark('report');
  const left = await readdir(context.scratch);
  return { end, asked, report, left, tag: (await setup.mark('tag')).trim() };
}

const SUCCESS = `echo 'level=info msg="Patched image (linux/amd64): x"' >&2`;

it('is patched with the digest under its tag, of the findings of this round only', async () => {
  const { end, report, tag } = await roundWith(SUCCESS, { pushed: PATCHED });

  expect(end).toEqual({ how: 'patched', staged: PATCHED });
  expect(tag).toBe('registry.test/patchwright/staging/team/api:job-1-0');
  expect(report).toContain('CVE-1');
  expect(report).not.toContain('CVE-2026-1');
});

it('asks for the same tag before and after', async () => {
  const { asked } = await roundWith(SUCCESS, { pushed: PATCHED });

  const url = 'https://registry.test/v2/patchwright/staging/team/api/manifests/job-1-0';
  expect(asked).toEqual([url, url]);
});

it('pushes a later round to a tag of its own', async () => {
  const { tag, asked } = await roundWith(SUCCESS, { round: 2, pushed: PATCHED });

  expect(tag).toMatch(/:job-1-0-2$/);
  expect(asked[1]).toMatch(/job-1-0-2$/);
});

it('is final if Copa fails for a reason that is not a package', async () => {
  const { end } = await roundWith(`echo 'Error: UNAUTHORIZED: no' >&2; exit 1`);

  expect(end).toMatchObject({ how: 'final', outcome: { failure: 'unauthorized' } });
});

it.each([SUCCESS, 'exit 1'])('removes its report after %s', async (copa) => {
  expect((await roundWith(copa)).left).toEqual([]);
});
