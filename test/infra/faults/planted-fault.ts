import type { BicepTexts } from '../bicep/bicep-texts.ts';
import type { Deployment, Resource } from '../bicep/deployment.ts';
import { readDeployment } from '../bicep/deployment.ts';
import type { Kept } from '../bicep/kept-files.ts';
import type { SetName } from '../bicep/parameter-sets.ts';
import { readTemplate } from '../bicep/template.ts';

/** A change of one file of `infra/`. */
export interface Change {
  /** Path below `infra/`. */
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

/** A planted fault of the Bicep, the tool that detects it, and its message. */
export type PlantedFault = Change & {
  readonly what: string;
  readonly says: string;
} & (
    | {
        /** For faults that the compiler itself finds. */
        readonly shownBy: 'compiler';
        readonly compiled?: string;
      }
    | {
        readonly shownBy: 'template';
        /** Plants the same fault in the kept template. */
        readonly kept: PlantedInTemplate;
      }
    | {
        /** The parameter set whose deployment shows the fault. */
        readonly shownBy: SetName;
        /** Plants the same fault in the kept snapshot. */
        readonly kept: PlantedInDeployment;
      }
  );

type PlantedInTemplate = (json: string) => string;
type PlantedInDeployment = (deployment: Deployment) => Deployment;

/** Returns the texts with the change. Throws if the text to replace is missing. */
export function changed(texts: BicepTexts, { file, from, to }: Change): BicepTexts {
  const before = texts.get(file) ?? '';
  const after = before.replace(from, to);
  if (after === before) throw new Error(`infra/${file} has no ${from}`);
  return new Map([[file, after]]);
}

/** Replaces a text in the JSON of a template, written without spaces. */
export function inTemplate(from: string | RegExp, to: string): PlantedInTemplate {
  return (json) => replaced(json, from, to);
}

/** Replaces a text in the JSON of a deployment's resources, written without spaces. */
export function inSnapshot(from: string | RegExp, to: string): PlantedInDeployment {
  return ({ set, resources }) => {
    const json = JSON.stringify({ predictedResources: resources, diagnostics: [], outputs: {} });
    return readDeployment(set, replaced(json, from, to));
  };
}

/** Removes the resource whose JSON contains all these texts. */
export function without(...texts: readonly string[]): PlantedInDeployment {
  const isMeant = (resource: Resource) =>
    texts.every((text) => JSON.stringify(resource).includes(text));
  return (deployment) => {
    const resources = deployment.resources.filter((resource) => !isMeant(resource));
    if (resources.length === deployment.resources.length) {
      throw new Error(`no resource has ${texts.join(' and ')}`);
    }
    return { ...deployment, resources };
  };
}

/** Replaces a text in one resource. */
export function doubled(like: string, from: string | RegExp, to: string): PlantedInDeployment {
  return (deployment) => {
    const copies = deployment.resources
      .map((resource) => JSON.stringify(resource))
      .filter((json) => json.includes(like))
      .map((json) => replaced(json, from, to));
    const json = `{"predictedResources":[${copies}],"diagnostics":[],"outputs":{}}`;
    const { resources } = readDeployment(deployment.set, json);
    return { ...deployment, resources: [...deployment.resources, ...resources] };
  };
}

/** Returns the kept files with a fault. */
export function keptWith(kept: Kept, templateText: string, fault: PlantedFault): Kept {
  if (fault.shownBy === 'compiler') return kept;
  if (fault.shownBy === 'template') {
    return { ...kept, template: readTemplate(fault.kept(templateText)) };
  }
  const { shownBy, kept: plant } = fault;
  return withDeployment(kept, shownBy, plant);
}

/** Returns the kept files with one set's deployment changed. */
export function withDeployment(kept: Kept, set: SetName, change: PlantedInDeployment): Kept {
  const deployments = kept.deployments.map((one) => (one.set === set ? change(one) : one));
  return { ...kept, deployments };
}

function replaced(json: string, from: string | RegExp, to: string): string {
  const after = json.replace(from, to);
  if (after === json) throw new Error(`the kept file has no ${from}`);
  return after;
}
