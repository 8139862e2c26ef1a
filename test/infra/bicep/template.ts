import * as z from 'zod';

const Described = z.object({ description: z.string().optional() });

const Parameter = z.looseObject({
  type: z.string().optional(),
  defaultValue: z.unknown().optional(),
  metadata: Described.optional(),
});
const Output = z.looseObject({ metadata: Described.optional() });
const Nested = z.looseObject({
  parameters: z.record(z.string(), Parameter).default({}),
  outputs: z.record(z.string(), Output).default({}),
});
const Resource = z.looseObject({
  type: z.string(),
  dependsOn: z.array(z.string()).default([]),
  properties: z.looseObject({ template: Nested.optional() }).optional(),
});

/** The fields that checks read of the ARM template to which main.bicep is compiled. */
export const Template = Nested.extend({
  $schema: z.string(),
  metadata: z.looseObject({ _generator: z.object({ version: z.string() }) }),
  variables: z.record(z.string(), z.unknown()),
  resources: z.record(z.string(), Resource),
});
export type Template = z.infer<typeof Template>;

export function readTemplate(text: string): Template {
  return Template.parse(JSON.parse(text));
}

/** The parameters, outputs and names of each module, by its symbolic name in main.bicep. */
export function modulesOf(template: Template) {
  return Object.entries(template.resources).flatMap(([symbol, { properties, dependsOn }]) =>
    properties?.template === undefined ? [] : [{ symbol, dependsOn, ...properties.template }],
  );
}
