import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { PatchJobResult } from '../../../../lib/job/job-result.ts';
import type { WorkerContext } from '../../../../lib/worker/context/worker-context.ts';
import { runWorker } from '../../../../lib/worker/run-worker.ts';
import { type FakeServices, startFakeServices } from '../support/fake-services.ts';
import { addTool, script } from '../support/fake-tools.ts';
import { dockerConfig, imageDigest, patchJobFile, SIGNATURE, TOKEN } from '../support/jobs.ts';
import { eventually, KEY_LINE, setUpWorker, type WorkerSetup } from '../support/worker-setup.ts';

/** The fake Copa pushes by asking the fake registry to set a new digest for its tag. */
const PUSHED = digestOf('patched');
const PUSH = `await fetch('http://' + registry + '/push/' + tag);
  console.error('level=info msg="Patched image (linux/amd64): x"');`;
const NOTHING = `console.error('level=info msg="Image is already up-to-date. No patch was applied."');`;
const SERVE = `const address = option('--addr').replace('unix://', '');
  require('node:http2').createServer().listen(address);
  mark('daemons', process.pid + ' ' + address);`;

let services: FakeServices;

beforeEach(async () => {
  services = await startFakeServices();
  services.answer = ({ path }) => {
    const tag = /^\/push\/(.*)$/.exec(path)?.[1];
    if (tag === undefined) return undefined;
    services.tags.set(tag, PUSHED);
    return { status: 200 };
  };
});
afterEach(() => services.close());

const report = (builder: 'upstream' | 'mount-free' | 'none', refusals: readonly object[] = []) =>
  JSON.stringify({ version: 1, builder, needs: [{ name: 'mount', ok: true }], refusals });
const PRINT_UPSTREAM = `console.log(${JSON.stringify(report('upstream'))});`;

interface Patch {
  readonly copa?: string;
  /** The body of `patchwright-builder`. If present, the job has no remote BuildKit. */
  readonly builder?: string;
  readonly buildkitd?: string;
  readonly images?: number;
  readonly change?: object;
  readonly context?: Partial<WorkerContext>;
}

async function prepare(patch: Patch = {}): Promise<WorkerSetup> {
  const setup = await setUpWorker(patch.context);
  const isRemote = patch.buildkitd === undefined && patch.builder === undefined;
  const own = isRemote ? {} : { buildkitAddress: undefined };
  const job = { ...patchJobFile(services.host, patch.images), ...own, ...patch.change };
  await setup.writeJob(job, dockerConfig(services.host));
  await addTool(setup.tools, 'buildkitd', script(setup.base, patch.buildkitd ?? ''));
  await addTool(
    setup.tools,
    'patchwright-builder',
    script(setup.base, `mark('builder', args[0]); ${patch.builder ?? PRINT_UPSTREAM}`),
  );
  await addTool(
    setup.tools,
    'copa',
    script(
      setup.base,
      `mark('calls', JSON.stringify(args));
      const [registry, ...rest] = option('-t').split('/');
      const tag = rest.join('/');
      const digest = option('-i').split('@')[1];
      const report = JSON.parse(fs.readFileSync(option('-r'), 'utf8'));
      void (async () => { ${patch.copa ?? PUSH} })();`,
    ),
  );
  return setup;
}

function result(): PatchJobResult {
  return PatchJobResult.parse(JSON.parse(services.blobs.get('/results/result.json') ?? 'null'));
}

describe('a remote BuildKit', () => {
  const lastCall = async (setup: WorkerSetup): Promise<string[]> =>
    JSON.parse((await setup.mark('calls')).trim().split('\n').at(-1) ?? '[]');

  it('is called over mutual TLS with absolute paths to the files of the job', async () => {
    const setup = await prepare();

    await runWorker(setup.context, 'patch');

    const args = await lastCall(setup);
    const paths = ['--cacert', '--cert', '--key'].map((flag) => args[args.indexOf(flag) + 1] ?? '');
    expect(paths.map((path) => relative(setup.jobFolder, path))).toEqual([
      'buildkit-ca.pem',
      'buildkit-cert.pem',
      'buildkit-key.pem',
    ]);
    expect(paths.filter(isAbsolute)).toHaveLength(3);
  });

  it('is not called without TLS if a file is missing', async () => {
    const setup = await prepare();
    await rm(join(setup.jobFolder, 'buildkit-key.pem'));

    const end = await runWorker(setup.context, 'patch');

    expect(end).toBe('bad-input');
    expect(await setup.mark('calls')).toBe('');
    expect(setup.logged.join('')).toContain('buildkit-key.pem: cannot be read (ENOENT)');
  });

  it('keeps its key out of the log and the result', async () => {
    const setup = await prepare({
      copa: `console.error('level=error msg="' + fs.readFileSync(option('--key'), 'utf8').replaceAll('\\n', ' ') + '"'); process.exit(1);`,
    });

    await runWorker(setup.context, 'patch');

    expect(services.blobs.get('/results/result.json')).toContain('BEGIN PRIVATE KEY');
    expect(services.blobs.get('/results/result.json')).not.toContain(KEY_LINE);
    expect(setup.logged.join('')).not.toContain(KEY_LINE);
  });

  it('is the only BuildKit that is called over TLS', async () => {
    const setup = await prepare({ buildkitd: SERVE });

    await runWorker(setup.context, 'patch');

    expect(await lastCall(setup)).not.toContain('--cacert');
  });
});

describe('a patch job', () => {
  it('patches each image by digest into its staging tag and reports the digest in the registry', async () => {
    const setup = await prepare({
      images: 2,
      copa: `mark('reports', JSON.stringify(report)); ${PUSH}`,
    });

    const end = await runWorker(setup.context, 'patch');

    expect(end).toBe('done');
    expect(result()).toMatchObject({
      kind: 'patch',
      tools: { copa: '1.2.3-test' },
      images: [
        { digest: imageDigest(0), outcome: 'patched', staged: PUSHED },
        { digest: imageDigest(1), outcome: 'patched', staged: PUSHED },
      ],
    });
    const [call] = (await setup.mark('calls'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(call).toEqual([
      'patch',
      '-i',
      `${services.host}/team/api@${imageDigest(0)}`,
      '-r',
      expect.stringContaining('findings-0.json'),
      '-t',
      `${services.host}/patchwright/staging/team/api:job-1-0`,
      '--addr',
      'tcp://buildkit.test:1234',
      '--cacert',
      join(setup.jobFolder, 'buildkit-ca.pem'),
      '--cert',
      join(setup.jobFolder, 'buildkit-cert.pem'),
      '--key',
      join(setup.jobFolder, 'buildkit-key.pem'),
      '--push',
      '--timeout',
      '600s',
      '--progress',
      'plain',
    ]);
    expect(await setup.mark('reports')).toContain('"PkgName":"openssl"');
  });

  it('reports nothing-to-do if Copa pushes nothing and says so', async () => {
    const setup = await prepare({ copa: NOTHING });

    await runWorker(setup.context, 'patch');

    expect(result().images).toEqual([{ digest: imageDigest(0), outcome: 'nothing-to-do' }]);
  });

  it('fails an image without a manifest under the staging tag, even if Copa reports success', async () => {
    const setup = await prepare({ copa: `console.error('Patched image (linux/amd64): x');` });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'tool-failed' }]);
  });

  it('reports the failure of one image and continues with the next', async () => {
    const setup = await prepare({
      images: 2,
      copa: `if (digest === '${imageDigest(0)}') {
          console.error('Error: unsupported osType busybox specified');
          process.exit(1);
        } ${PUSH}`,
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'unsupported-os' },
      { outcome: 'patched' },
    ]);
  });

  it('stops a patch at its time limit', async () => {
    const setup: WorkerSetup = await prepare({
      copa: "mark('up', 'x'); setInterval(() => {}, 1000);",
      context: {
        sleep: async (milliseconds, signal) => {
          const wanted = async () => (signal?.aborted === true ? 'over' : setup.mark('up'));
          if (milliseconds > 10_000) await eventually(wanted);
        },
      },
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'timeout' }]);
  });

  it('does not start an image without enough time before the deadline', async () => {
    const setup = await prepare({ change: { deadline: '2026-11-23T02:01:00Z' } });

    await runWorker(setup.context, 'patch');

    expect(result().images).toEqual([{ digest: imageDigest(0), outcome: 'not-started' }]);
    expect(await setup.mark('calls')).toBe('');
  });

  it('masks secrets of the job in its log and its result', async () => {
    const setup = await prepare({
      copa: `console.error('Error: ${TOKEN} ${SIGNATURE}'); process.exit(1);`,
    });

    await runWorker(setup.context, 'patch');

    const written = JSON.stringify([setup.logged, services.blobs.get('/results/result.json')]);
    expect(written).toContain('***');
    expect(written).not.toContain(TOKEN);
    expect(written).not.toContain(SIGNATURE);
  });
});

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
    } = patchJobFile(services.host);
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

describe('the choice of a builder', () => {
  const MOUNT_FREE = `if (args[0] === 'serve') { ${SERVE} mark('served', JSON.stringify(args)); }
    else console.log(${JSON.stringify(report('mount-free'))});`;
  const REFUSED = { name: 'chroot', ok: false, call: 'chroot', errno: 'EPERM', lasting: true };

  it('is upstream BuildKit if the container may mount', async () => {
    const setup = await prepare({ buildkitd: SERVE });

    await runWorker(setup.context, 'patch');

    expect(result()).toMatchObject({ builder: 'upstream', images: [{ outcome: 'patched' }] });
    expect(await setup.mark('builder')).toBe('probe\n');
  });

  it('is the mount-free builder if the container may not mount', async () => {
    const setup = await prepare({ builder: MOUNT_FREE });

    await runWorker(setup.context, 'patch');

    expect(result()).toMatchObject({ builder: 'mount-free', images: [{ outcome: 'patched' }] });
    const [, address] = (await setup.mark('daemons')).trim().split(' ');
    const served = JSON.parse(await setup.mark('served'));
    expect(served[0]).toBe('serve');
    expect(served).toContain(`unix://${address}`);
    expect(await setup.mark('calls')).toContain(`unix://${address}`);
  });

  it('is skipped for a job with a remote BuildKit', async () => {
    const setup = await prepare();

    await runWorker(setup.context, 'patch');

    expect(result().builder).toBe('remote');
    expect(await setup.mark('builder')).toBe('');
  });

  it('fails every image with the call and its error if no builder can work', async () => {
    const setup = await prepare({
      images: 2,
      builder: `console.log(${JSON.stringify(report('none', [REFUSED]))});`,
    });

    await runWorker(setup.context, 'patch');

    const { ok: _, ...refusal } = REFUSED;
    expect(result()).toMatchObject({
      refusals: [refusal],
      images: [0, 1].map(() => ({
        failure: 'builder-unavailable',
        message: expect.stringContaining('chroot (chroot: EPERM)'),
      })),
    });
    expect(result().builder).toBeUndefined();
    expect(await setup.mark('calls')).toBe('');
  });

  it.each([
    ['prints no JSON', `console.log('{');`, 'printed no report'],
    ['prints another report', `console.log('{"version":2}');`, 'printed no report of a probe (at'],
    ['fails', `console.error('no space left'); process.exit(1);`, 'exit 1: no space left'],
  ])('reports no lasting refusal if the probe %s', async (_, builder, message) => {
    const setup = await prepare({ builder });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { failure: 'builder-unavailable', message: expect.stringContaining(message) },
    ]);
    expect(result().refusals).toEqual([]);
  });

  it('reports a lasting refusal if the worker image has no builder', async () => {
    const setup = await prepare({ builder: '' });
    await rm(join(setup.tools, 'patchwright-builder'));

    await runWorker(setup.context, 'patch');

    expect(result().refusals).toEqual([
      { name: 'program', call: 'execve', errno: 'ENOENT', lasting: true },
    ]);
  });
});

describe('a patch job with a buildkitd of its own', () => {
  it('starts it, waits until it serves, passes its address to Copa and stops it', async () => {
    const setup = await prepare({ images: 2, buildkitd: SERVE });

    await runWorker(setup.context, 'patch');

    expect(result()).toMatchObject({
      tools: { copa: '1.2.3-test', buildkitd: '1.2.3-test' },
      images: [{ outcome: 'patched' }, { outcome: 'patched' }],
    });
    const [pid, address] = (await setup.mark('daemons')).trim().split(' ');
    expect(await setup.mark('calls')).toContain(`"unix://${address}"`);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect((await readdir(setup.base)).filter((name) => name.startsWith('s-bk'))).toEqual([]);
  });

  it('keeps its temporary files out of the folder that the worker removes, since it mounts there', async () => {
    const setup = await prepare({
      buildkitd: `${SERVE} mark('temporary', process.env.TMPDIR);`,
    });

    await runWorker(setup.context, 'patch');

    const { scratch } = setup.context;
    expect(await setup.mark('temporary')).toMatch(new RegExp(`^${scratch}-bk-\\w+/tmp\n$`));
  });

  it('limits its proxy settings to the user’s registry and leaves those of Copa unchanged', async () => {
    const proxies = `JSON.stringify([process.env.HTTPS_PROXY, process.env.HTTP_PROXY,
      process.env.https_proxy, process.env.NO_PROXY])`;
    const setup = await prepare({
      buildkitd: `${SERVE} mark('daemon', ${proxies});`,
      copa: `mark('copa', ${proxies}); ${PUSH}`,
    });
    const proxy = 'http://proxy.test:3128';
    const environment = { ...setup.context.environment, HTTPS_PROXY: proxy, https_proxy: proxy };

    await runWorker({ ...setup.context, environment }, 'patch');

    const host = services.host.replace(/:.*/, '');
    expect(JSON.parse(await setup.mark('daemon'))).toEqual([
      'http://127.0.0.1:0',
      'http://127.0.0.1:0',
      null,
      `${host},.data.azurecr.io,.blob.core.windows.net`,
    ]);
    expect(JSON.parse(await setup.mark('copa'))).toEqual([proxy, null, proxy, null]);
  });

  it('moves the socket to a shorter path if the path would be too long', async () => {
    const setup = await prepare({ buildkitd: SERVE });
    const scratch = join(setup.base, 'x'.repeat(100));
    await mkdir(scratch);

    await runWorker({ ...setup.context, scratch }, 'patch');

    expect(result().images).toMatchObject([{ outcome: 'patched' }]);
    const [, address = ''] = (await setup.mark('daemons')).trim().split(' ');
    expect(address.length).toBeLessThan(108);
    await expect(stat(dirname(address))).rejects.toThrow('ENOENT');
    expect((await readdir(setup.base)).filter((name) => name.includes('-bk-'))).toEqual([]);
  });

  it('waits on if its socket accepts connections but does not serve', async () => {
    const setup = await prepare({
      buildkitd: `const server = require('node:net').createServer((socket) => {
          socket.destroy(); mark('knocks', 'x');
          if (server.knocks = (server.knocks ?? 0) + 1, server.knocks === 2) {
            server.close();
            fs.rmSync(option('--addr').replace('unix://', ''), { force: true });
            ${SERVE}
          }
        });
        server.listen(option('--addr').replace('unix://', ''));`,
    });

    await runWorker(setup.context, 'patch');

    expect((await setup.mark('knocks')).length).toBeGreaterThan(2);
    expect(result().images).toMatchObject([{ outcome: 'patched' }]);
  });

  it('fails every image with its last output if it does not start', async () => {
    const setup = await prepare({
      images: 2,
      buildkitd: `mark('starts', 'x'); console.error('mount: operation not permitted'); process.exit(1);`,
    });

    await runWorker(setup.context, 'patch');

    const message = 'buildkitd exit 1: mount: operation not permitted';
    expect(result().images).toEqual(
      [0, 1].map((index) => ({
        digest: imageDigest(index),
        outcome: 'failed',
        failure: 'builder-unavailable',
        message,
      })),
    );
    expect(await setup.mark('starts')).toBe('x\n');
    expect(await setup.mark('calls')).toBe('');
  });

  it('fails the image if it never gets ready', async () => {
    const setup: WorkerSetup = await prepare({
      buildkitd: "mark('up', 'x'); setInterval(() => {}, 1000);",
      context: {
        sleep: async (milliseconds, signal) => {
          setup.clock.advance({ seconds: milliseconds === 200 ? 10 : 0 });
          const up = async () => (signal?.aborted === true ? 'over' : setup.mark('up'));
          if (milliseconds === 200) await eventually(up);
          else
            await new Promise<void>((resolve) =>
              signal?.addEventListener('abort', () => resolve()),
            );
        },
      },
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { failure: 'builder-unavailable', message: expect.stringContaining('did not get ready') },
    ]);
  });

  it('starts it again after an image crashed it', async () => {
    const setup = await prepare({
      images: 2,
      buildkitd: SERVE,
      copa: `if (digest === '${imageDigest(0)}') {
          const [pid] = fs.readFileSync(path.join('..', 'daemons'), 'utf8').split(' ');
          process.kill(Number(pid), 'SIGKILL');
          console.error('Error: rpc error: code = Unavailable desc = error reading from server: EOF');
          process.exitCode = 1;
          while (fs.existsSync('/proc/' + pid)) await new Promise((resolve) => setTimeout(resolve, 5));
          return;
        } ${PUSH}`,
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'builder-unavailable' },
      { outcome: 'patched' },
    ]);
    expect((await setup.mark('daemons')).trim().split('\n')).toHaveLength(2);
    expect(setup.logged.join('\n')).toContain('BuildKit ended by itself.');
  });

  const LOST = `if (args[0] === 'serve') { ${SERVE}
      setInterval(() => {
        if (!fs.existsSync(path.join(path.dirname(process.argv[1]), '..', 'escape'))) return;
        console.error('patchwright-builder: processes of a step are out of control: x');
        process.exit(70);
      }, 5);
    } else console.log(${JSON.stringify(report('mount-free'))});`;

  it.each([
    ['before', `while (fs.existsSync('/proc/' + pid)) await wait();`],
    ['after', ''],
  ])('never starts it again if it lost control and ended %s Copa', async (_, awaitEnd) => {
    const setup = await prepare({
      images: 2,
      builder: LOST,
      copa: `const [pid] = fs.readFileSync(path.join('..', 'daemons'), 'utf8').split(' ');
        const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
        mark('escape', 'x');
        ${awaitEnd}
        console.error('Error: rpc error: code = Unavailable desc = error reading from server: EOF');
        process.exitCode = 1;`,
    });

    await runWorker(setup.context, 'patch');

    const message = 'patchwright-builder: processes of a step are out of control: x';
    expect(result().images).toEqual(
      [0, 1].map((index) => ({
        digest: imageDigest(index),
        outcome: 'failed',
        failure: 'builder-incompatible',
        message,
      })),
    );
    expect((await setup.mark('daemons')).trim().split('\n')).toHaveLength(1);
    expect((await setup.mark('calls')).trim().split('\n')).toHaveLength(1);
  });
});
