import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { imageDigest, patchJobFile } from '../support/jobs.ts';
import { PUSH, PUSHED, patchWorker } from '../support/patch-worker.ts';
import type { WorkerSetup } from '../support/worker-setup.ts';

const worker = patchWorker();
const { prepare, result } = worker;

describe('an image with a package that can’t be updated', () => {
  const finding = (name: string, fixed = '2') => ({
    id: `CVE-${name}-${fixed}`,
    package: name,
    installed: '1',
    fixed,
  });
  /** Fails as long as the report names `bad`; otherwise pushes. */
  const unless = (lines: readonly string[]): string => `
    const names = report.Results[0].Vulnerabilities.map((one) => one.PkgName + '=' + one.FixedVersion);
    mark('rounds', names.join(' ') + ' > ' + tag.split(':')[1]);
    if (names.some((name) => name.startsWith('bad'))) {
      console.error(${JSON.stringify(lines.join('\n'))});
      process.exit(1);
    }
    ${PUSH}`;
  const HELD = [
    '#9 0.1 The following held packages will be changed:',
    '#9 0.1   bad',
    'Error: failed to solve: process "sh -c apt-get install --no-install-recommends -y bad" did not complete successfully: exit code: 100',
  ];
  const UNNAMED = [
    '#9 0.1 E: Sub-process /usr/bin/dpkg returned an error code (1)',
    'Error: failed to solve: process "sh -c apt-get install --no-install-recommends -y bad" did not complete successfully: exit code: 100',
  ];

  async function run(copa: string, findings: readonly object[]): Promise<WorkerSetup> {
    const {
      images: [image],
    } = patchJobFile(worker.services.host);
    const setup = await prepare({ copa, change: { images: [{ ...image, findings }] } });
    await runWorker(setup.context, 'patch');
    return setup;
  }

  async function roundsOf(setup: WorkerSetup): Promise<readonly string[]> {
    return (await setup.mark('rounds')).trim().split('\n');
  }

  it('is patched without the package under a new tag, with the reason in the result', async () => {
    const setup = await run(unless(HELD), [finding('bad'), finding('good')]);

    expect(result().images).toEqual([
      {
        digest: imageDigest(0),
        outcome: 'patched',
        staged: PUSHED,
        blocked: [{ package: 'bad', reason: 'held' }],
      },
    ]);
    expect(await roundsOf(setup)).toEqual(['bad=2 good=2 > job-1-0', 'good=2 > job-1-0-2']);
  });

  it('is patched without the package whose script fails outside the image', async () => {
    const cause =
      'installed bad:amd64 package post-installation script subprocess returned error exit status 1';
    const lines = [
      '#20 25.05 dpkg: error processing package bad:amd64 (--install):',
      `#20 25.05  ${cause}`,
      '#20 25.10 dpkg: good:amd64: dependency problems, but configuring anyway as you requested:',
      '#20 25.10  good:amd64 depends on libc6 (>= 2.34); however:',
      '#20 25.10   Package libc6:amd64 is not installed.',
      '#20 25.24 Errors were encountered while processing:',
      '#20 25.24  bad:amd64',
      'Error: failed to solve: process "/bin/sh -c ./download.sh" did not complete successfully: exit code: 1',
    ];

    const setup = await run(unless(lines), [finding('bad'), finding('good')]);

    expect(result().images).toMatchObject([
      {
        outcome: 'patched',
        blocked: [{ package: 'bad', reason: 'update-failed', detail: cause }],
      },
    ]);
    expect(await roundsOf(setup)).toEqual(['bad=2 good=2 > job-1-0', 'good=2 > job-1-0-2']);
  });

  it('is patched without the package even if no output names it', async () => {
    const names = ['a', 'bad', 'c', 'd', 'e'];
    const setup = await run(
      unless(UNNAMED),
      names.map((name) => finding(name)),
    );

    expect(result().images).toMatchObject([
      { outcome: 'patched', blocked: [{ package: 'bad', reason: 'update-failed' }] },
    ]);
    expect((await roundsOf(setup)).at(-1)).toMatch(/^a=2 .*d=2 e=2 >/);
  });

  it('is nothing-to-do if it has no other update', async () => {
    await run(unless(HELD), [finding('bad')]);

    expect(result().images).toEqual([
      {
        digest: imageDigest(0),
        outcome: 'nothing-to-do',
        blocked: [{ package: 'bad', reason: 'held' }],
      },
    ]);
  });

  it('fails with the package source as the cause if that is why no version is new enough', async () => {
    const lines = [
      '#9 0.1 W: Failed to fetch http://security.test/InRelease  Connection refused',
      'level=error msg="downloaded package bad version 1 lower than required 2 for update"',
      'Error: downloaded package bad version 1 lower than required 2 for update',
    ];
    await run(unless(lines), [finding('bad')]);

    expect(result().images).toEqual([
      {
        digest: imageDigest(0),
        outcome: 'failed',
        failure: 'package-source-unreachable',
        message: 'bad (source-unreachable: http://security.test/InRelease: Connection refused)',
      },
    ]);
  });

  it.each([
    ['the image does not fit', 'patchwright-builder: image-too-large: 2 bytes needed, 1 free'],
    ['the builder ends', 'rpc error: code = Unavailable desc = error reading from server: EOF'],
    ['the time is over', 'patch exceeded timeout 600s'],
  ])('keeps the patch of an earlier round if %s in a later one', async (_, line) => {
    const names = ['a', 'bad', 'c', 'd'];
    const later = `if (fs.existsSync(path.join('..', 'pushed'))) {
        console.error(${JSON.stringify(`Error: ${line}`)});
        process.exit(1);
      }
      if (report.Results[0].Vulnerabilities.every((one) => one.PkgName !== 'bad')) mark('pushed', 'x');`;

    await run(
      `${later} ${unless(UNNAMED)}`,
      names.map((name) => finding(name)),
    );

    const [image] = result().images;
    expect(image).toMatchObject({ outcome: 'patched', staged: PUSHED });
    expect(image).toHaveProperty(
      'blocked',
      expect.arrayContaining([{ package: 'c', reason: 'not-tried' }]),
    );
  });

  it('is not patched by an earlier round if a later one is refused by the registry', async () => {
    const later = `if (fs.existsSync(path.join('..', 'pushed'))) {
        console.error('Error: 401 Unauthorized');
        process.exit(1);
      }
      if (report.Results[0].Vulnerabilities.every((one) => one.PkgName !== 'bad')) mark('pushed', 'x');`;

    await run(`${later} ${unless(UNNAMED)}`, [finding('a'), finding('bad'), finding('c')]);

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'unauthorized' }]);
  });

  it('fails after a limited number of rounds', async () => {
    const findings = Array.from({ length: 400 }, (_, at) => finding(`bad${at}`));
    const setup = await run(unless(UNNAMED), findings);

    expect(await roundsOf(setup)).toHaveLength(12);
    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'package-manager-failed' },
    ]);
  });
});
