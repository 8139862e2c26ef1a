/** What the images of a hostile repository do. */
export const HOSTILITIES = ['hangs', 'bomb', 'litters', 'forges'] as const;
export type Hostility = (typeof HOSTILITIES)[number];

/** By repository. */
export type Hostile = ReadonlyMap<string, Hostility>;
