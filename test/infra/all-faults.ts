import { globSync } from 'node:fs';
import type { Deployment } from './bicep/deployment.ts';
import type { Kept } from './bicep/kept-files.ts';
import { alertFaults } from './checks/alerts.ts';
import { appSettingFaults } from './checks/app-settings.ts';
import { azdFaults } from './checks/azd.ts';
import { flexFaults, nodeFaults } from './checks/flex-consumption.ts';
import { mirrorFaults } from './checks/mirrors.ts';
import { linkFaults, namingFaults, ownershipFaults } from './checks/naming.ts';
import { networkFaults } from './checks/network.ts';
import { parameterFaults, parameterFileFaults } from './checks/parameters.ts';
import { permissionsFaults } from './checks/permissions-table.ts';
import { refusalsShownFaults } from './checks/refusals.ts';
import { roleFaults } from './checks/roles.ts';
import { signInFaults } from './checks/sign-in.ts';
import { storageFaults } from './checks/storage.ts';
import { templateFaults } from './checks/template.ts';
import { workbookFaults } from './checks/workbook.ts';
import { type Fault, ROOT, readText } from './infrastructure.ts';

/** The code and the docs that the Bicep must agree with. */
export interface Surroundings {
  readonly sources: string;
  readonly operate: string;
  readonly security: string;
  readonly parameterFile: string;
  readonly azureYaml: string;
  /** Repositories from which the app pulls its database and Copa's tooling images. */
  readonly mirrored: readonly string[];
}

export function readSurroundings(mirrored: readonly string[]): Surroundings {
  const sources = globSync(['lib/**/*.ts', 'worker/**/*.ts', 'functions/**/*.ts'], { cwd: ROOT });
  return {
    sources: sources.map(readText).join('\n'),
    operate: readText('docs/operate.md'),
    security: readText('docs/security.md'),
    parameterFile: readText('infra/main.bicepparam'),
    azureYaml: readText('azure.yaml'),
    mirrored,
  };
}

/** Runs every check of the compiled template and of its deployments. */
export function allFaults({ template, deployments }: Kept, around: Surroundings): readonly Fault[] {
  return [
    ...templateFaults(template),
    ...nodeFaults(template),
    ...namingFaults(template),
    ...parameterFaults(template),
    ...parameterFileFaults(template, around.parameterFile),
    ...refusalsShownFaults(template),
    ...deployments.flatMap((deployment) =>
      deploymentFaults(deployment, around).map((fault) => `${deployment.set}: ${fault}`),
    ),
    ...permissionsFaults(deployments, around.security),
  ];
}

function deploymentFaults(deployment: Deployment, around: Surroundings): readonly Fault[] {
  return [
    ...storageFaults(deployment),
    ...appSettingFaults(deployment),
    ...signInFaults(deployment, around.sources),
    ...flexFaults(deployment),
    ...roleFaults(deployment),
    ...mirrorFaults(deployment, around.mirrored),
    ...alertFaults(deployment, around.sources, around.operate),
    ...workbookFaults(deployment),
    ...ownershipFaults(deployment),
    ...linkFaults(deployment),
    ...networkFaults(deployment),
    ...azdFaults(deployment, around.azureYaml),
  ];
}
