import { expect, it } from 'vitest';
import { toolVersions } from '../../../../worker/tools/tool-versions.ts';
import { addShellTool } from '../support/fake-tools.ts';
import { setUpWorker } from '../support/worker-setup.ts';

async function versionsOf(tools: Readonly<Record<string, string>>, names = Object.keys(tools)) {
  const { context, tools: folder } = await setUpWorker();
  for (const [name, body] of Object.entries(tools)) await addShellTool(folder, name, body);
  const variables = { PATH: context.environment.PATH ?? '' };
  return toolVersions(context, names, { variables, clearTemporary: async () => undefined });
}

it.each([
  ['a word before it', 'echo "Version: 0.74.0"', '0.74.0'],
  ['a v before it', 'echo "buildkitd github.com/moby/buildkit v0.34.2 abc"', '0.34.2'],
  ['a suffix', 'echo 1.2.3-rc.1+build', '1.2.3-rc.1+build'],
  ['the error output', 'echo copa 0.14.2 >&2', '0.14.2'],
  ['a failure', 'echo 1.2.3; exit 1', '1.2.3'],
  ['a long text', `echo 1.2.3-${'x'.repeat(100)}`, `1.2.3-${'x'.repeat(58)}`],
  ['no version', 'echo 2026-11-23, go1.26', 'unknown'],
  ['an address', 'echo go1.2.3.4', 'unknown'],
])('reads the version with %s', async (_, body, version) => {
  expect(await versionsOf({ tool: body })).toEqual({ tool: version });
});

it('asks each tool, and does not know the version of a missing one', async () => {
  const tools = { trivy: '[ "$1" = --version ] && echo 0.74.0', copa: 'echo 0.14.2' };

  expect(await versionsOf(tools, ['trivy', 'missing', 'copa'])).toEqual({
    trivy: '0.74.0',
    missing: 'unknown',
    copa: '0.14.2',
  });
});
