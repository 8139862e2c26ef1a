import * as z from 'zod';
import { PARAMETER_SETS, type Parameters, type SetName } from './parameter-sets.ts';

const Resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  apiVersion: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
});
const Snapshot = z.object({
  predictedResources: z.array(Resource),
  diagnostics: z.array(z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
});

/** One resource of a deployment. A value that only Azure knows is an expression in brackets. */
export type Resource = z.infer<typeof Resource>;

/** The resources and outputs of a deployment of one parameter set. */
export interface Deployment {
  readonly set: SetName;
  readonly parameters: Parameters;
  readonly resources: readonly Resource[];
}

export function readDeployment(set: SetName, snapshot: string): Deployment {
  const { predictedResources } = Snapshot.parse(JSON.parse(snapshot));
  return { set, parameters: PARAMETER_SETS[set], resources: predictedResources };
}

/** Sorts everything unordered, because the compiler writes outputs in random order. */
export function sortedSnapshot(snapshot: string): string {
  const parsed = Snapshot.parse(JSON.parse(snapshot));
  const keyOf = ({ type, id }: Resource) => `${type} ${id}`;
  const resources = parsed.predictedResources.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const whole = sortedKeys({ ...parsed, predictedResources: resources });
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, entry]) => [name, sortedKeys(entry)]));
}

export function ofType(deployment: Deployment, type: string): readonly Resource[] {
  return deployment.resources.filter((resource) => resource.type === type);
}

/** Returns the last part of a resource's name: `jobs` of `account/default/jobs`. */
export function lastName({ name }: Resource): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Returns the value at a path of keys, or undefined if there is none. */
export function valueAt(value: unknown, ...way: readonly string[]): unknown {
  return way.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined,
    value,
  );
}

/** Returns the text at a path of keys, or an empty text if there is none. */
export function textAt(value: unknown, ...way: readonly string[]): string {
  const found = valueAt(value, ...way);
  return typeof found === 'string' ? found : '';
}
