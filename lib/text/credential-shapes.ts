const MASKED = '***';

/**
 * What looks like a credential whoever made it: a token, or a JSON document with one, in base64
 * (`{"` is `eyJ`); a SAS' signature, also inside another address; what follows an authorization
 * scheme. Each takes linear time, whatever the text.
 */
const SHAPES: readonly RegExp[] = [
  /eyJ[\w+/=-]{8,}(?:\.[\w-]*){0,2}/g,
  /(?<=(?:^|[^a-z]|%3f)sig(?:=|%3d))[^&\s"'<>\\]+/gi,
  /(?<=\b(?:bearer|basic) )[\w.~+/=-]{8,}/gi,
];

/** Hides what is shaped like a credential. */
export function maskCredentialShapes(text: string): string {
  return SHAPES.reduce((masked, shape) => masked.replace(shape, MASKED), text);
}
