import { fileURLToPath } from 'node:url';

export type ToolName = 'bbolt' | 'copa' | 'buildkitd' | 'patchwright-builder' | 'trivy';

/** A program that is built from pinned source. Only its module's `go.mod` contains its version. */
export interface Tool {
  readonly name: ToolName;
  /** Folder of the Go module that pins the program and its dependencies. */
  readonly moduleFolder: string;
  /** The Go module whose version is the tool's version. */
  readonly module: string;
  /** The package with the tool's `main`. */
  readonly package: string;
  /** Environment of the build in addition to `CGO_ENABLED=0`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Linker variables for the program's own version, with or without the leading `v`. */
  readonly versionVariables: readonly string[];
  readonly versionStyle: 'with-v' | 'without-v';
  /** Arguments that make the program print its version. */
  readonly versionArguments: readonly string[];
  /** A patch of a dependency. A tool with a patch is built from vendored source. */
  readonly patch?: ToolPatch;
}

export interface ToolPatch {
  /** A file in the tool's module folder. */
  readonly file: string;
  /** The Go module that the patch changes. */
  readonly module: string;
}

const workerFolder = fileURLToPath(new URL('../../../infra/worker/', import.meta.url));

/** Smallest first, so that a problem shows within seconds and not after Trivy's many minutes. */
export const toolCatalog: readonly Tool[] = [
  {
    name: 'bbolt',
    moduleFolder: `${workerFolder}bbolt`,
    module: 'go.etcd.io/bbolt',
    package: 'go.etcd.io/bbolt/cmd/bbolt',
    environment: {},
    versionVariables: [],
    versionStyle: 'without-v',
    versionArguments: ['version'],
  },
  {
    name: 'copa',
    moduleFolder: `${workerFolder}copa`,
    module: 'github.com/project-copacetic/copacetic',
    package: 'github.com/project-copacetic/copacetic',
    environment: {},
    versionVariables: [
      'main.version',
      'github.com/project-copacetic/copacetic/pkg/version.GitVersion',
    ],
    versionStyle: 'without-v',
    versionArguments: ['--version'],
    patch: { file: 'distroless.patch', module: 'github.com/project-copacetic/copacetic' },
  },
  {
    name: 'buildkitd',
    moduleFolder: `${workerFolder}buildkit`,
    module: 'github.com/moby/buildkit',
    package: 'github.com/moby/buildkit/cmd/buildkitd',
    environment: {},
    versionVariables: ['github.com/moby/buildkit/version.Version'],
    versionStyle: 'with-v',
    versionArguments: ['--version'],
  },
  {
    name: 'patchwright-builder',
    moduleFolder: `${workerFolder}builder`,
    module: 'github.com/moby/buildkit',
    package: 'patchwright/worker/builder',
    environment: {},
    versionVariables: ['github.com/moby/buildkit/version.Version'],
    versionStyle: 'with-v',
    versionArguments: ['version'],
    patch: { file: 'localmounter.patch', module: 'github.com/moby/buildkit' },
  },
  {
    name: 'trivy',
    moduleFolder: `${workerFolder}trivy`,
    module: 'github.com/aquasecurity/trivy',
    package: 'github.com/aquasecurity/trivy/cmd/trivy',
    environment: { GOEXPERIMENT: 'jsonv2' },
    versionVariables: ['github.com/aquasecurity/trivy/pkg/version/app.ver'],
    versionStyle: 'without-v',
    versionArguments: ['--version'],
  },
];
