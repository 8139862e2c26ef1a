import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TOOL_LABEL, WORKER_TOOLS } from '../../../lib/doctor/worker-tools.ts';

const MODULES: Readonly<Record<string, string>> = {
  trivy: 'github.com/aquasecurity/trivy',
  bbolt: 'go.etcd.io/bbolt',
  copa: 'github.com/project-copacetic/copacetic',
  buildkit: 'github.com/moby/buildkit',
  builder: 'github.com/moby/buildkit',
};

function infra(path: string): Promise<string> {
  return readFile(new URL(`../../../infra/worker/${path}`, import.meta.url), 'utf8');
}

describe('the versions of the tools', () => {
  const all = Object.entries({ ...WORKER_TOOLS.scan, ...WORKER_TOOLS['patch-privileged'] });

  it.each(all)('match the Go module of %s', async (tool, version) => {
    const lines = (await infra(`${tool}/go.mod`)).split('\n').map((line) => line.trim());

    const required = lines.filter((line) => line.startsWith(`${MODULES[tool]} v`));

    expect(required.map((line) => line.split(' ')[1])).toEqual([`v${version}`]);
  });

  it.each(Object.entries(WORKER_TOOLS))(
    'match the labels of the Dockerfile’s target %s',
    async (target, tools) => {
      const stages = (await infra('Dockerfile')).split(/^FROM .* AS /m);
      const stage = stages.find((text) => text.startsWith(`${target}\n`)) ?? '';

      const labels = [...stage.matchAll(/(io\.patchwright\.tool\.\w+)="([^"]+)"/g)];

      const wanted = Object.entries(tools).map(([name, version]) => [TOOL_LABEL + name, version]);
      expect(labels.map(([, name, version]) => [name, version])).toEqual(wanted);
    },
  );
});
