import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { toolCatalog } from './tool-catalog.ts';

const path = fileURLToPath(new URL('../../../infra/worker/Dockerfile', import.meta.url));

/** A variable as a Dockerfile and a shell expand it. */
function expansion(name: string): string {
  return `\${${name}}`;
}

/** The instructions of each stage by its name, continued lines joined. */
function parseStages(text: string): ReadonlyMap<string, readonly string[]> {
  const stages = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')) {
    const name = /^FROM \S+ AS (\S+)$/.exec(line)?.[1];
    if (name !== undefined) {
      current = [];
      stages.set(name, current);
    }
    if (line.trim() !== '') {
      current.push(line);
    }
  }
  return stages;
}

describe("the worker's Dockerfile", () => {
  let text: string;
  let stages: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    text = await readFile(path, 'utf8');
    stages = parseStages(text);
  });

  it.each(toolCatalog.map((tool) => [tool.name, tool] as const))(
    'builds %s as the real run does: same module, flags and version',
    (name, tool) => {
      const module = basename(tool.moduleFolder);

      const stage = (stages.get(module) ?? []).join('\n');

      expect(stage).toContain(`COPY infra/worker/${module}/ ./`);
      expect(stage).toContain('go build -mod=readonly -trimpath -buildvcs=false');
      expect(stage).toContain(`-o /out/${name} ${tool.package}`);
      for (const [variable, value] of Object.entries(tool.environment)) {
        expect(stage).toContain(`ENV ${variable}=${value}`);
      }
      for (const variable of tool.versionVariables) {
        const version =
          tool.versionStyle === 'with-v' ? expansion('version') : expansion('version#v');
        expect(stage).toContain(`-X ${variable}=${version}`);
        expect(stage).toContain(`go list -m -f '{{.Version}}' ${tool.module})`);
      }
    },
  );

  it('starts from images that whoever builds must name, and from no other', () => {
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base = '']) => base);

    const outside = bases.filter((base) => !stages.has(base));

    const named = ['GO_IMAGE', 'NODE_IMAGE', 'BASE_IMAGE'];
    expect([...new Set(outside)].sort()).toEqual(named.map(expansion).sort());
    expect([...text.matchAll(/^ARG (.+)$/gm)].map(([, declared]) => declared)).toEqual(named);
  });

  it('gives each target the tools that it uses and no others', () => {
    const tools = (target: string): string[] =>
      (stages.get(target) ?? []).flatMap((line) => /--from=\S+ \/out\/(\S+)/.exec(line)?.[1] ?? []);

    expect(tools('scan')).toEqual(['trivy', 'bbolt']);
    expect(tools('patch')).toEqual(['copa', 'buildkitd']);
  });

  it('scans as somebody other than root', () => {
    expect(stages.get('scan')).toContain('USER 65532:65532');
  });
});
