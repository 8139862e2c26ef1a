import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planBuild, recipeKey } from './build-plan.ts';
import { type Tool, toolCatalog } from './tool-catalog.ts';

describe('the plan of a tool', () => {
  it.each([
    ['trivy', '0.74.0'],
    ['copa', '0.14.2'],
    ['buildkitd', 'v0.34.2'],
    ['patchwright-builder', 'v0.34.2'],
  ])(
    'builds %s at the version of its go.mod, and passes the version to the linker',
    async (name, version) => {
      const [tool] = toolCatalog.filter((candidate) => candidate.name === name);

      const plan = await planBuild(known(tool));

      expect(plan.version).toBe(version);
      const flags = plan.arguments[plan.arguments.indexOf('-ldflags') + 1];
      for (const variable of plan.tool.versionVariables) {
        expect(flags).toContain(`-X ${variable}=${version}`);
      }
    },
  );

  it('uses only modules that go.sum pins', async () => {
    for (const tool of toolCatalog) {
      const plan = await planBuild(tool);

      expect(plan.arguments).toContain(tool.patch === undefined ? '-mod=readonly' : '-mod=vendor');
      expect(plan.environment).toMatchObject({ GOFLAGS: '', GOTOOLCHAIN: 'local', GOWORK: 'off' });
    }
  });
});

describe('the key of the built tools', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchwright-key-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function copyOfBbolt(name: string): Promise<Tool> {
    const bbolt = known(toolCatalog[0]);
    const moduleFolder = join(folder, name);
    await cp(bbolt.moduleFolder, moduleFolder, { recursive: true });
    return { ...bbolt, moduleFolder };
  }

  it('does not depend on where the checkout is', async () => {
    const here = await planBuild(await copyOfBbolt('a'));
    const there = await planBuild(await copyOfBbolt('b'));

    expect(await recipeKey(here)).toBe(await recipeKey(there));
  });

  it.each(['go.mod', 'go.sum'])('changes with %s', async (name) => {
    const tool = await copyOfBbolt('a');
    const before = await recipeKey(await planBuild(tool));
    const file = join(tool.moduleFolder, name);

    await writeFile(file, `${await readFile(file, 'utf8')}\n// changed\n`);

    expect(await recipeKey(await planBuild(tool))).not.toBe(before);
  });

  it("changes with the module's own source, but not with a test or its documentation", async () => {
    const tool = await copyOfBbolt('a');
    const key = async () => recipeKey(await planBuild(tool));
    const before = await key();

    await writeFile(join(tool.moduleFolder, 'README.md'), 'changed');
    await writeFile(join(tool.moduleFolder, 'main_test.go'), 'package main');
    const beside = await key();
    await mkdir(join(tool.moduleFolder, 'internal'));
    await writeFile(join(tool.moduleFolder, 'internal/part.go'), 'package internal');

    expect(beside).toBe(before);
    expect(await key()).not.toBe(before);
  });

  it('changes with the flags', async () => {
    const plan = await planBuild(await copyOfBbolt('a'));

    const other = { ...plan, environment: { ...plan.environment, GOEXPERIMENT: 'jsonv2' } };

    expect(await recipeKey(other)).not.toBe(await recipeKey(plan));
  });
});

function known(tool: Tool | undefined): Tool {
  if (tool === undefined) {
    throw new Error('the catalog does not have this tool');
  }
  return tool;
}
