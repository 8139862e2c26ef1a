import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess } from '../process/run-process.ts';
import { planBuild } from './build-plan.ts';
import { listDependencies } from './list-dependencies.ts';
import { toolCatalog } from './tool-catalog.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-offline-build-'));
  // Modules that the cache lacks are downloaded once, as in the build of the worker image.
  for (const tool of toolCatalog) await listDependencies(tool, { online: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('without a network', () => {
  it.each(toolCatalog.map((tool) => [tool.name, tool] as const))(
    'every package of %s is in the module cache at its pinned version',
    async (_, tool) => {
      expect(await listDependencies(tool)).toMatchObject({ outcome: 'listed' });
    },
  );

  it('the smallest tool builds with the flags of the worker image', async () => {
    const [bbolt] = toolCatalog;
    if (bbolt?.name !== 'bbolt') throw new Error('the smallest tool is no longer bbolt');
    const plan = await planBuild(bbolt);
    const [command = 'build', ...rest] = plan.arguments;
    const program = join(folder, bbolt.name);

    await runProcess({
      command: 'go',
      args: [command, '-o', program, ...rest],
      cwd: bbolt.moduleFolder,
      env: {
        ...process.env,
        ...plan.environment,
        GOPROXY: 'off',
        GOSUMDB: 'off',
        GOCACHE: join(folder, 'cache'),
      },
      timeoutMs: 600_000,
    });

    const { stdout } = await runProcess({
      command: program,
      args: bbolt.versionArguments,
      timeoutMs: 60_000,
    });
    expect(stdout).toContain(plan.version);
  });
});
