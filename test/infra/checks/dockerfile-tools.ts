import { basename } from 'node:path';
import type { Tool } from '../../real/tools/tool-catalog.ts';
import type { Fault } from '../infrastructure.ts';
import type { Stage } from './dockerfile-stages.ts';

const SNAPSHOT_SCRIPT = 'COPY infra/worker/debian-snapshot.sh /tmp/debian-snapshot.sh';

/** Checks that a tool is built only from its own module with its go.sum, as the real suite builds it. */
export function toolFaults(stages: readonly Stage[], tool: Tool): readonly Fault[] {
  const module = basename(tool.moduleFolder);
  const lines = stages.find(({ name }) => name === module)?.lines ?? [];
  const copies = lines.filter((line) => line.startsWith('COPY ') && line !== SNAPSHOT_SCRIPT);
  const builds = lines.filter((line) => line.includes('go build'));
  const [build = ''] = builds;
  const modules = tool.patch === undefined ? '-mod=readonly' : '-mod=vendor';
  const flags = `${modules} -trimpath -buildvcs=false`;
  return [
    ...(copies.join() === `COPY infra/worker/${module}/ ./`
      ? []
      : [`${module} is built from more`]),
    ...(builds.length === 1 && build.includes(`go build ${flags}`)
      ? []
      : [`${module} is not built with ${flags}`]),
    ...patchFaults(module, lines, tool),
    ...(build.endsWith(`-o /out/${tool.name} ${tool.package}`)
      ? []
      : [`${module} does not build ${tool.package} as ${tool.name}`]),
    ...Object.entries(tool.environment)
      .filter(([name, value]) => !lines.includes(`ENV ${name}=${value}`))
      .map(([name, value]) => `${module} is built without ${name}=${value}`),
    ...versionFaults(module, build, tool),
  ];
}

/** Checks that a patch is applied to the vendored module without fuzz, so that it fails if it does not fit. */
function patchFaults(module: string, lines: readonly string[], { patch }: Tool): Fault[] {
  if (patch === undefined) return [];
  const wanted = [
    'RUN go mod vendor && patch --strip=1 --fuzz=0 --batch',
    `--directory=vendor/${patch.module} --input=/src/${patch.file}`,
  ].join(' ');
  return lines.includes(wanted) ? [] : [`${module} is not patched by ${wanted.slice(4)}`];
}

/** Checks that the build sets the tool's version to its module's version. */
function versionFaults(module: string, build: string, tool: Tool): Fault[] {
  if (tool.versionVariables.length === 0) return [];
  const version = `\${version${tool.versionStyle === 'with-v' ? '' : '#v'}}`;
  const asked = build.includes(`version="$(go list -m -f '{{.Version}}' ${tool.module})"`);
  return [
    ...(asked ? [] : [`${module} does not ask for the version of ${tool.module}`]),
    ...tool.versionVariables
      .filter(
        (variable) => ![' ', '"'].some((end) => build.includes(`-X ${variable}=${version}${end}`)),
      )
      .map((variable) => `${module} does not set ${variable} to its version`),
  ];
}
