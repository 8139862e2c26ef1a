import { globSync } from 'node:fs';
import { alertFaults } from './checks/alerts.ts';
import { apiVersionFaults } from './checks/api-versions.ts';
import { appSettingFaults } from './checks/app-settings.ts';
import { azdFaults } from './checks/azd.ts';
import { mirrorFaults } from './checks/mirrors.ts';
import { namingFaults } from './checks/naming.ts';
import { parameterFaults, parameterFileFaults } from './checks/parameters.ts';
import { permissionsFaults } from './checks/permissions-table.ts';
import { resolveFaults } from './checks/resolves.ts';
import { roleFaults } from './checks/roles.ts';
import { storageFaults } from './checks/storage.ts';
import { type Fault, type Infrastructure, ROOT, readText } from './infrastructure.ts';

/** What the Bicep has to agree with. */
export interface Surroundings {
  readonly sources: string;
  readonly operate: string;
  readonly security: string;
  readonly parameterFile: string;
  readonly azureYaml: string;
  /** Repositories that the app pulls its database and Copa's tooling images from. */
  readonly mirrored: readonly string[];
}

export function readSurroundings(mirrored: readonly string[]): Surroundings {
  const sources = globSync(['lib/**/*.ts', 'functions/**/*.ts'], { cwd: ROOT });
  return {
    sources: sources.map(readText).join('\n'),
    operate: readText('docs/operate.md'),
    security: readText('docs/security.md'),
    parameterFile: readText('infra/main.bicepparam'),
    azureYaml: readText('azure.yaml'),
    mirrored,
  };
}

/** Every check of the Bicep. */
export function allFaults(infra: Infrastructure, around: Surroundings): readonly Fault[] {
  return [
    ...resolveFaults(infra),
    ...apiVersionFaults(infra),
    ...storageFaults(infra),
    ...appSettingFaults(infra),
    ...roleFaults(infra),
    ...mirrorFaults(infra, around.mirrored),
    ...alertFaults(infra, around.sources, around.operate),
    ...parameterFaults(infra),
    ...parameterFileFaults(infra, around.parameterFile),
    ...namingFaults(infra),
    ...azdFaults(infra, around.azureYaml),
    ...permissionsFaults(infra, around.security),
  ];
}
