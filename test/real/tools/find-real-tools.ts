import { type BuiltTools, findBuiltTools } from './built-tools.ts';
import { compareGoVersions, readGoModule } from './go-module.ts';
import { findGo, isNewEnough } from './go-toolchain.ts';
import { findProgram, installCommand, missingPrograms } from './system-packages.ts';
import { toolCatalog } from './tool-catalog.ts';

/** A prerequisite of the real run that this machine lacks. */
export interface MissingThing {
  /** `machine`: not possible on this machine or account; else install a Debian package or Go, or build. */
  readonly kind: 'machine' | 'package' | 'go' | 'build';
  readonly what: string;
  readonly how: string;
}

export interface RealTools extends BuiltTools {
  readonly ok: true;
  /** Absolute path of runc. */
  readonly runc: string;
  readonly skopeo: string;
}

export type RealToolsSearch =
  | RealTools
  | { readonly ok: false; readonly missing: readonly MissingThing[] };

/** Checks the prerequisites of a run with the real tools, and changes nothing. */
export async function findRealTools(
  env: NodeJS.ProcessEnv = process.env,
): Promise<RealToolsSearch> {
  const missing: MissingThing[] = [];
  if (process.platform !== 'linux') {
    missing.push({
      kind: 'machine',
      what: 'Linux',
      how: 'BuildKit and runc need its kernel: use a Linux machine or virtual machine',
    });
  } else if (process.arch !== 'x64') {
    missing.push({
      kind: 'machine',
      what: 'an x86-64 processor',
      how: 'the app patches images for linux/amd64: use such a machine',
    });
  } else if (process.getuid?.() !== 0) {
    missing.push({
      kind: 'machine',
      what: 'root',
      how: 'BuildKit mounts file systems: start the command as root (sudo)',
    });
  }
  if (process.platform === 'linux' && (await findProgram('apt-get', env)) === undefined) {
    missing.push({
      kind: 'machine',
      what: 'apt',
      how: 'the real images are made of Debian packages: use a Debian or Ubuntu machine',
    });
  }
  for (const { program, debianPackage, purpose } of await missingPrograms(env)) {
    const how = `${installCommand([debianPackage])} (npm run tools does it as root)`;
    missing.push({ kind: 'package', what: `${program}, which ${purpose}`, how });
  }
  const built = await searchBuilt(env, missing);
  const runc = await findProgram('runc', env);
  const skopeo = await findProgram('skopeo', env);
  if (missing.length > 0 || built === undefined || runc === undefined || skopeo === undefined) {
    return { ok: false, missing };
  }
  return { ok: true, ...built, runc, skopeo };
}

/** Returns the lowest Go release that can build all tools, such as `1.26.3`. */
async function lowestGoVersion(): Promise<string> {
  const modules = await Promise.all(toolCatalog.map((tool) => readGoModule(tool.moduleFolder)));
  return modules
    .map((module) => module.goVersion)
    .reduce((highest, next) => (compareGoVersions(next, highest) > 0 ? next : highest));
}

async function searchBuilt(
  env: NodeJS.ProcessEnv,
  missing: MissingThing[],
): Promise<BuiltTools | undefined> {
  const go = await findGo(env);
  const built = (await findBuiltTools(go, env)) ?? (await findBuiltTools(undefined, env));
  if (built !== undefined) {
    return built;
  }
  const lowest = await lowestGoVersion();
  if (go === undefined || !isNewEnough(go, lowest)) {
    const found = go === undefined ? '' : ` (found ${go.version})`;
    missing.push({
      kind: 'go',
      what: `Go ${lowest} or newer${found}`,
      how: 'install it from your distribution or from go.dev and put `go` on the PATH',
    });
  }
  missing.push({
    kind: 'build',
    what: 'Trivy, Copa, buildkitd, patchwright-builder and bbolt, built from pinned source',
    how: 'npm run tools (once; about 12 minutes on 2 cores)',
  });
  return undefined;
}
