const MASKED = '***';

/**
 * Shapes of credentials: base64 of a token or of a JSON document (`{"` is `eyJ`); the signature of a
 * SAS, also inside another address; the value after an authorization scheme; the password before the
 * host of an address, as package sources have it. Each matches in linear time.
 */
const SHAPES: readonly RegExp[] = [
  /eyJ[\w+/=-]{8,}(?:\.[\w-]*){0,2}/g,
  /(?<=(?:^|[^a-z]|%3f)sig(?:=|%3d))[^&\s"'<>\\]+/gi,
  /(?<=\b(?:bearer|basic) )[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/[^\s:/?#@"'<>\\]{0,128}:)[^\s/?#@"'<>\\]{1,512}(?=@)/g,
];

/** Masks everything that has the shape of a credential. */
export function maskCredentialShapes(text: string): string {
  return SHAPES.reduce((masked, shape) => masked.replace(shape, MASKED), text);
}
