/**
 * A value as a CSV field: quoted when it has a comma or a quote. Control characters become spaces, so a
 * peer can neither begin a record of its own nor write to the terminal of who reads the log.
 */
export function csvField(value: string): string {
  if (!/[",\x00-\x1f\x7f]/.test(value)) return value
  const harmless = value.replace(/[\x00-\x1f\x7f]/g, ' ')
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
