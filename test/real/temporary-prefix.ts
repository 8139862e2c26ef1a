/** Names of the real suite's temporary folders begin so. Short: sockets lie below, and their paths are. */
export const TEMPORARY_PREFIX = 'pw-real-';
